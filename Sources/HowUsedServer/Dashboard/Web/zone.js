// The time zone in which days are counted and times are written.

/** The browser's. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC"
let name = ownZone

/** The browser's zone, or UTC if the server turned out not to know it. */
export const timeZone = () => name
export const isFallback = () => name !== ownZone
export function fallBack() { name = "UTC" }

// An ISO time without a zone is the browser's own, unless told otherwise.
const suffix = () => isFallback() ? "Z" : ""

/** Unix seconds of what a datetime-local field holds, or of a date's first instant; NaN for anything else. */
export function readLocal(text) {
  return Math.floor(Date.parse(`${text.length === 10 ? `${text}T00:00` : text}${suffix()}`) / 1000)
}

/** What a datetime-local field takes: the time without a zone. */
export function writeLocal(seconds) {
  const date = new Date(seconds * 1000)
  const offset = isFallback() ? 0 : date.getTimezoneOffset()
  return new Date(date.getTime() - offset * 60_000).toISOString().slice(0, 16)
}

/** Unix seconds of a link's text: of unix seconds, a date, or an ISO time; null if it is none. */
export function readMoment(text) {
  if (/^\d{1,11}$/.test(text)) return Number(text)
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return null
  const seconds = /(Z|T.*[+-].*)$/.test(text) ? Math.floor(Date.parse(text) / 1000) : readLocal(text)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null
}

/** What uPlot reads hours and days from. */
export const zonedDate = (seconds) => {
  const date = new Date(seconds * 1000)
  return isFallback() ? uPlot.tzDate(date, "UTC") : date
}
