// Texts, numbers and dates in the reader's language and time zone.
import {timeZone} from "./zone.js"

export const LANGUAGES = ["en", "ru"]
let language = "en"
let locale = "en"
let texts = {}
let formats = {}

/** The chosen language, else the one that the server found in Accept-Language; its texts are on their way with the page. */
export function startLanguage() {
  let stored = null
  try { stored = localStorage.getItem("howused.language") } catch { /* Storage may be forbidden. */ }
  return setLanguage(LANGUAGES.includes(stored) ? stored : document.documentElement.lang)
}

export function chooseLanguage(name) {
  try { localStorage.setItem("howused.language", name) } catch { /* It lasts until the page is closed, then. */ }
  return setLanguage(name)
}

async function setLanguage(name) {
  const known = LANGUAGES.includes(name) ? name : "en"
  const {words} = await import(`./words.${known}.js`)
  language = known
  texts = words
  // The reader's own region says whether it's 14:00 or 2 pm.
  locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? (language === "en" ? "en-GB" : language)
  formats = {}
  document.documentElement.lang = language
}

export const currentLanguage = () => language

/**
 * A text with its `{names}` filled in. One that has several forms takes that of `count`; the rules are those of the page's
 * language, whatever the reader's region.
 */
export function t(key, values = {}) {
  let text = texts[key]
  if (text === undefined) return undefined
  if (typeof text === "object") text = text[format("plural", () => new Intl.PluralRules(language)).select(values.count)] ?? text.other
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name])
}

/** A text that counts: its `{n}` is `count`, written as numbers are. */
export const counted = (key, count, values = {}) => t(key, {n: number(count), ...values, count})

export const words = (key) => texts[key]

function format(name, make) {
  return formats[name] ??= make()
}

const dates = (name, options) => format(`${name} ${timeZone()}`,
  () => new Intl.DateTimeFormat(locale, {...options, timeZone: timeZone()}))

export const number = (n) => format("number", () => new Intl.NumberFormat(locale)).format(n)
export const compact = (n) => Math.abs(n) < 10_000 ? number(n)
  : format("compact", () => new Intl.NumberFormat(locale, {notation: "compact", maximumFractionDigits: 1})).format(n)
export const percent = (ratio, signed = false) => format(`percent${signed}`, () => new Intl.NumberFormat(locale, {
  style: "percent", maximumFractionDigits: 1, signDisplay: signed ? "exceptZero" : "auto",
})).format(ratio)

/** Without digits behind the point; what is little but not nothing says so. */
export function wholePercent(ratio) {
  const whole = format("wholePercent", () => new Intl.NumberFormat(locale, {style: "percent", maximumFractionDigits: 0}))
  return ratio > 0 && ratio < .005 ? `<${whole.format(.01)}` : whole.format(ratio)
}

const DAY = {day: "numeric", month: "short"}
const CLOCK = {hour: "numeric", minute: "2-digit"}

export const clock = (seconds) => dates("clock", CLOCK).format(seconds * 1000)
export const clockExact = (seconds) => dates("exact", {...CLOCK, second: "2-digit"}).format(seconds * 1000)
export const day = (seconds) => dates("day", DAY).format(seconds * 1000)
export const month = (seconds) => dates("month", {month: "short", year: "numeric"}).format(seconds * 1000)

/** A bucket's time, as exactly as its size asks for: "Sun 22 Nov, 14:00 – 15:00", "Sun 22 Nov", of another year with it. */
export function bucket(start, step) {
  const isThisYear = new Date(start * 1000).getFullYear() === new Date().getFullYear()
  const year = isThisYear ? {} : {year: "numeric"}
  if (step === 86400) return dates(`date ${isThisYear}`, {weekday: "short", ...DAY, ...year}).format(start * 1000)
  if (step > 86400) return dates(`dates ${isThisYear}`, {...DAY, ...year}).formatRange(start * 1000, (start + step - 3600) * 1000)
  const moment = dates("moment", {weekday: "short", ...DAY, ...CLOCK})
  return step <= 60 ? moment.format(start * 1000) : moment.formatRange(start * 1000, (start + step) * 1000)
}

/** The days of a time that ends with the beginning of another day: "7–13 Sept", "22 Nov". */
export const days = (from, to) => dates("days of", DAY).formatRange(from * 1000, (to - 3600) * 1000)

/** "3 h", "24 h", "7 d" for the hosted links' 3h, 24h, 7d. */
export function period(text) {
  if (text === "365d") return t("year")
  return `${number(parseInt(text))} ${words("units")[text.at(-1)]}`
}

/** A range of time in words, for those who hear the page. */
export const span = (from, to) => dates("span", {...DAY, ...CLOCK}).formatRange(from * 1000, to * 1000)

/** How an event or a param value is called. `__other__` and `__unattributed__` are the server's own names. */
export function seriesName(name) {
  if (name === "__other__") return t("other")
  if (name === "__unattributed__") return t("notApart")
  return name === "" ? t("empty") : name
}
