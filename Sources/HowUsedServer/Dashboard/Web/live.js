// Keeps one live connection, comes back by itself when it's lost, and rests while nobody looks.
import {ApiError, listen} from "./api.js"

const LONGEST_WAIT = 8000

export class Live {
  #stop = null
  #receive
  #lose
  #refuse

  /** `receive` takes each event, `lose` is called when the connection ends, `refuse` when the link is wrong. */
  constructor({receive, lose, refuse}) {
    this.#receive = receive
    this.#lose = lose
    this.#refuse = refuse
  }

  start(view) {
    this.stop()
    this.#stop = new AbortController()
    this.#run(view, this.#stop.signal)
  }

  stop() {
    this.#stop?.abort()
    this.#stop = null
  }

  async #run(view, signal) {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await listen(view, (event) => {
          failures = 0
          this.#receive(event)
        }, signal)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof ApiError && error.status === 401) return this.#refuse(error)
        this.#lose(error)
        await pause(backoff(failures, error.retryAfter), signal)
      }
    }
  }
}

/** Milliseconds to wait before the next try: doubling, with jitter so that viewers don't all come back at once. */
export function backoff(failures, retryAfter = 0) {
  const wait = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2)
  return Math.max(wait, retryAfter * 1000)
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve() }, {once: true})
  })
}
