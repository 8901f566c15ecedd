// Keeps one live connection, comes back by itself when it's lost, and rests while nobody looks.
import {ApiError, backoff, listen} from "./api.js"

export class Live {
  #stop = null
  #told

  /**
   * `receive` takes each event, `wait` is called while the server has nothing to tell, `lose` when the connection ends,
   * `refuse` when the link is wrong.
   */
  constructor(told) {
    this.#told = told
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
        await listen(view, {
          receive: (event) => {
            failures = 0
            this.#told.receive(event)
          },
          wait: () => {
            failures = 0
            this.#told.wait()
          },
        }, signal)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof ApiError && error.status === 401) return this.#told.refuse(error)
        this.#told.lose(error)
        await pause(backoff(failures, error.retryAfter), signal)
      }
    }
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener("abort", () => { clearTimeout(timer); resolve() }, {once: true})
  })
}
