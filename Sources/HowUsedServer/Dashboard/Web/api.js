// Asks the server. Nothing here knows about the page.
import {fallBack} from "./zone.js"

const TIMEOUT = 10_000
const LONGEST_WAIT = 8000

/** The server's refusal (`status` 400…, `field` is the parameter that was wrong), or `status` 0: it couldn't be reached. `retryAfter` is in seconds. */
export class ApiError extends Error {
  constructor(status, message, {retryAfter = 0, field = ""} = {}) {
    super(message)
    this.field = field
    this.status = status
    this.retryAfter = retryAfter
  }
}

export function address(path, view, query = {}) {
  return `${path}?${new URLSearchParams({id: view.id, token: view.token, ...query})}`
}

/**
 * The answer's JSON. Throws `ApiError`, or the signal's reason when `signal` stopped it. A time zone that the server doesn't
 * know is given up for UTC, once and for all.
 */
export async function ask(path, view, query, signal) {
  try {
    return await askOnce(path, view, query, signal)
  } catch (error) {
    if (error.status !== 400 || error.field !== "tz" || query.tz === "UTC") throw error
    fallBack()
    return askOnce(path, view, {...query, tz: "UTC"}, signal)
  }
}

/** Asks /stats once for all metrics of the same time and users that are wanted within a moment: they are counted together. */
export class Together {
  #group = null

  /** As `ask("/stats", …)`. */
  async ask(view, query, signal) {
    const {metric, ...rest} = query
    const key = JSON.stringify(rest)
    let group = this.#group
    if (group?.key !== key || group.signal !== signal) {
      group = this.#group = {key, signal, metrics: []}
      group.answer = Promise.resolve().then(() => {
        if (this.#group === group) this.#group = null
        return ask("/stats", view, {...rest, metric: group.metrics.join()}, signal)
      })
    }
    group.metrics.push(metric)
    try {
      const answer = await group.answer
      return answer.charts?.find((chart) => chart.metric === metric) ?? answer
    } catch (error) {
      // Only one of them may be wrong.
      if (error.status !== 400 || group.metrics.length === 1) throw error
      return ask("/stats", view, query, signal)
    }
  }
}

async function askOnce(path, view, query, signal) {
  const limit = AbortSignal.any([AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])])
  let response
  try {
    response = await fetch(address(path, view, query), {signal: limit, headers: {Accept: "application/json"}})
    if (response.ok) return await response.json()
  } catch (error) {
    signal?.throwIfAborted()
    throw new ApiError(0, String(error))
  }
  throw await refusal(response)
}

async function refusal(response) {
  const body = await response.json().catch(() => ({}))
  const wait = Number(response.headers.get("Retry-After")) || 0
  return new ApiError(response.status, String(body.description ?? response.statusText),
    {retryAfter: Math.min(wait, 60), field: String(body.field ?? "")})
}

/**
 * The server-sent events of /live, each given to `receive`; a comment, by which the server says that it is there but has
 * nothing to tell, calls `wait`. Ends only by throwing. EventSource isn't used because it hides the status, and a wrong
 * token isn't a lost connection. `silence` milliseconds without either count as lost.
 */
export async function listen(view, {receive, wait}, signal, silence = 5000) {
  const quiet = new AbortController()
  let timer = setTimeout(() => quiet.abort(), silence)
  try {
    const response = await fetch(address("/live", view), {
      signal: AbortSignal.any([signal, quiet.signal]), headers: {Accept: "text/event-stream"}, cache: "no-store",
    })
    if (!response.ok) throw await refusal(response)
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let rest = ""; ;) {
      const {value, done} = await reader.read()
      if (done) throw new ApiError(0, "closed")
      const events = (rest + value).split(/\r?\n\r?\n/)
      rest = events.pop()
      for (const event of events) {
        clearTimeout(timer)
        timer = setTimeout(() => quiet.abort(), silence)
        const lines = event.split(/\r?\n/)
        const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n")
        if (data) receive(JSON.parse(data))
        else if (lines.some((line) => line.startsWith(":"))) wait()
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof ApiError ? error : new ApiError(0, String(error))
  } finally {
    clearTimeout(timer)
    quiet.abort()
  }
}

/** Milliseconds to wait before the next try: doubling, with jitter so that viewers don't all come back at once. */
export function backoff(failures, retryAfter = 0) {
  const wait = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2)
  return Math.max(wait, retryAfter * 1000)
}
