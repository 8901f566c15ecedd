// Asks the server. Nothing here knows about the page.

const TIMEOUT = 10_000
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"

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

/** The answer's JSON. Throws `ApiError`, or the signal's reason when `signal` stopped it. */
export async function ask(path, view, query, signal) {
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
 * The server-sent events of /live, each given to `receive`. Ends only by throwing. EventSource isn't used because it
 * hides the status, and a wrong token isn't a lost connection. `silence` milliseconds without an event count as lost.
 */
export async function listen(view, receive, signal, silence = 5000) {
  const quiet = new AbortController()
  let timer = setTimeout(() => quiet.abort(), silence)
  try {
    const response = await fetch(address("/live", view, {seconds: view.seconds}), {
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
        const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n")
        if (!data) continue
        clearTimeout(timer)
        timer = setTimeout(() => quiet.abort(), silence)
        receive(JSON.parse(data))
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
