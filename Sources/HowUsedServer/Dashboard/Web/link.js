// The address bar is always a link to what is seen. The names of the hosted service's links are kept: id, token, event
// (several, comma-separated), period, divider, param_1…3, segment.
import {readMoment, timeZone} from "./zone.js"

export const PARAMS = ["param_1", "param_2", "param_3"]
export const DIMENSIONS = ["event", ...PARAMS]
export const DEFAULTS = {period: "24h", divider: "auto", seconds: 120}
const WINDOWS = [60, 120, 300, 600]
const SECONDS = {m: 60, h: 3600, d: 86400, w: 604800}
const MONTH = 30 * 86400
/** The most values that the server takes in one list. */
export const LIMIT = 50
export const NOTHING = Object.freeze({not: false, values: Object.freeze([])})

/**
 * What is seen, read from an address' query; a parameter that makes no sense counts as absent. `from` and `to` are unix
 * seconds, each null if it isn't given: then the `period` before `to` or now counts, or the time since `from`.
 */
export function readLink(query) {
  const search = new URLSearchParams(query)
  const first = (name, fits) => search.getAll(name).find((text) => text !== "" && fits(text))
  const moment = (name) => readMoment(first(name, (text) => readMoment(text) !== null) ?? "")
  const from = moment("from"), to = moment("to")
  const possible = from === null || from < (to ?? Date.now() / 1000)
  const seconds = Number(first("seconds", (text) => WINDOWS.includes(Number(text))) ?? DEFAULTS.seconds)
  return {
    id: first("id", () => true) ?? "",
    token: first("token", () => true) ?? "",
    filters: Object.fromEntries(DIMENSIONS.map((name) => [name, readList(search.getAll(name))])),
    segment: first("segment", (text) => DIMENSIONS.includes(text)) ?? "",
    period: first("period", (text) => /^[1-9]\d{0,4}[mhdw]$/.test(text)) ?? DEFAULTS.period,
    from: possible ? from : null,
    to: possible ? to : null,
    divider: first("divider", (text) => /^(auto|\d{1,5}[mhdw])$/.test(text)) ?? DEFAULTS.divider,
    seconds,
    compare: search.getAll("compare").includes("previous"),
  }
}

/** The address of `view`, without what is a default anyway. */
export function writeLink(view) {
  const search = new URLSearchParams({id: view.id, token: view.token, ...filters(view), ...range(view)})
  if (view.segment) search.set("segment", view.segment)
  if (view.divider !== DEFAULTS.divider) search.set("divider", view.divider)
  if (view.compare) search.set("compare", "previous")
  if (view.seconds !== DEFAULTS.seconds) search.set("seconds", view.seconds)
  // These may stand in a query as they are, and people read these links.
  return "?" + search.toString().replaceAll("%2C", ",").replaceAll("%2F", "/").replaceAll("%21", "!")
}

/** The parameters of a query that choose whom to count; `without` is a dimension that isn't to be filtered. */
export function filters(view, without) {
  const chosen = DIMENSIONS.filter((name) => name !== without && view.filters[name].values.length)
  return Object.fromEntries(chosen.map((name) => [name, writeList(view.filters[name])]))
}

/** The parameters of a query that choose when. */
export function range(view) {
  if (view.from === null && view.to === null) return {period: view.period}
  if (view.from === null) return {period: view.period, to: view.to}
  return view.to === null ? {from: view.from} : {from: view.from, to: view.to}
}

/** Seconds that are seen. */
export function length(view) {
  if (view.from === null) return parseInt(view.period) * SECONDS[view.period.at(-1)]
  return (view.to ?? Math.floor(Date.now() / 1000)) - view.from
}

/** Whether only a part of time is seen that the reader chose by its ends. */
export const isCustom = (view) => view.from !== null || view.to !== null

export const isFiltered = (view) => DIMENSIONS.some((name) => view.filters[name].values.length > 0)
export const noFilters = () => Object.fromEntries(DIMENSIONS.map((name) => [name, NOTHING]))

/** Whether Active users are seen for a month although a shorter time was chosen, in which they wouldn't change. */
export const isWidened = (view) => length(view) < MONTH / 2

/** The query of a metric for what is seen. The online count is kept for a whole bot only. */
export function queryOf(metric, view) {
  const query = {metric, tz: timeZone()}
  if (metric === "active") {
    const end = view.to === null ? {} : {to: view.to}
    return {...query, ...filters(view), ...isWidened(view) ? {period: "30d", ...end} : range(view)}
  }
  const compare = view.compare && !view.segment ? {compare: "previous"} : {}
  const whom = metric === "online" ? {} : {...filters(view), ...view.segment ? {segment: view.segment} : {}}
  return {...query, ...whom, ...range(view), divider: view.divider, ...compare}
}

// Lists: `a,b` is any of these, `!a,b` is none of them, and a backslash takes the character behind it as it is.

/** What a parameter's texts choose together; one that is of the other sense than the first can't be meant with it. */
export function readList(texts) {
  let not = null
  const values = new Set()
  for (const text of texts) {
    if (text === "") continue
    const sense = text.startsWith("!")
    not ??= sense
    if (sense === not) for (const value of split(sense ? text.slice(1) : text)) if (value !== "") values.add(value)
  }
  return values.size ? {not, values: [...values].slice(0, LIMIT)} : NOTHING
}

export function writeList({not, values}) {
  return (not ? "!" : "") + values.map((value) => value.replace(/[\\,]|^!/g, "\\$&")).join(",")
}

function split(text) {
  const values = [""]
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "," ) values.push("")
    else {
      // A backslash at the very end stands for itself.
      if (text[i] === "\\" && i + 1 < text.length) i++
      values[values.length - 1] += text[i]
    }
  }
  return values
}

/** `list` with `name` chosen, or without it if it was. Choosing in the other sense begins a new list. */
export function toggled(list, name, not = list.not) {
  if (list.not !== not || !list.values.length) return {not, values: [name]}
  const values = list.values.includes(name) ? list.values.filter((other) => other !== name) : [...list.values, name]
  return values.length ? {not, values: values.slice(0, LIMIT)} : NOTHING
}
