// The address bar is always a link to what is seen. The names of the hosted service's links are kept: id, token, event
// (several, comma-separated), period, divider, param_1…3, segment.

export const PARAMS = ["param_1", "param_2", "param_3"]
export const DEFAULTS = {period: "24h", divider: "auto", seconds: 120}
const WINDOWS = [60, 120, 300, 600]

/** What is seen, read from an address' query. `from` and `to` are unix seconds, and null if `period` counts. */
export function readLink(query) {
  const search = new URLSearchParams(query)
  const whole = (name) => /^\d{1,11}$/.test(search.get(name) ?? "") ? Number(search.get(name)) : null
  const from = whole("from"), to = whole("to")
  const custom = from !== null && to !== null && from < to
  const seconds = Number(search.get("seconds"))
  return {
    id: search.get("id") ?? "",
    token: search.get("token") ?? "",
    events: [...new Set((search.get("event") ?? "").split(",").filter(Boolean))],
    params: Object.fromEntries(PARAMS.map((name) => [name, search.get(name) ?? ""])),
    segment: ["event", ...PARAMS].includes(search.get("segment")) ? search.get("segment") : "",
    period: /^\d{1,5}[mhdw]$/.test(search.get("period") ?? "") ? search.get("period") : DEFAULTS.period,
    from: custom ? from : null,
    to: custom ? to : null,
    divider: /^(auto|\d{1,5}[mhdw])$/.test(search.get("divider") ?? "") ? search.get("divider") : DEFAULTS.divider,
    seconds: WINDOWS.includes(seconds) ? seconds : DEFAULTS.seconds,
  }
}

/** The address of `view`, without what is a default anyway. */
export function writeLink(view) {
  const search = new URLSearchParams({id: view.id, token: view.token, ...filters(view), ...range(view)})
  if (view.divider !== DEFAULTS.divider) search.set("divider", view.divider)
  if (view.seconds !== DEFAULTS.seconds) search.set("seconds", view.seconds)
  // Commas and slashes may stand in a query as they are, and people read these links.
  return "?" + search.toString().replaceAll("%2C", ",").replaceAll("%2F", "/")
}

/** The parameters of a query that choose whom to count. */
export function filters(view) {
  const chosen = {}
  if (view.events.length) chosen.event = view.events.join(",")
  for (const name of PARAMS) if (view.params[name]) chosen[name] = view.params[name]
  if (view.segment) chosen.segment = view.segment
  return chosen
}

/** The parameters of a query that choose when. */
export function range(view) {
  return view.from === null ? {period: view.period} : {from: view.from, to: view.to}
}

export const isFiltered = (view) => view.events.length > 0 || PARAMS.some((name) => view.params[name] !== "")
