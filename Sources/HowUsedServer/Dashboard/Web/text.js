// Texts, numbers and dates in the reader's language and time zone.
import {WORDS} from "./words.js"

export const LANGUAGES = ["en", "ru"]
let language = "en"
let locale = "en"
let formats = {}

/** The chosen language, else the one that the server found in Accept-Language. */
export function startLanguage() {
  let stored = null
  try { stored = localStorage.getItem("howused.language") } catch { /* Storage may be forbidden. */ }
  setLanguage(LANGUAGES.includes(stored) ? stored : document.documentElement.lang)
}

export function chooseLanguage(name) {
  try { localStorage.setItem("howused.language", name) } catch { /* It lasts until the page is closed, then. */ }
  setLanguage(name)
}

function setLanguage(name) {
  language = LANGUAGES.includes(name) ? name : "en"
  // The reader's own region says whether it's 14:00 or 2 pm.
  locale = navigator.languages.find((tag) => tag.split("-")[0] === language) ?? (language === "en" ? "en-GB" : language)
  formats = {}
  document.documentElement.lang = language
}

export const currentLanguage = () => language

export function t(key, values = {}) {
  let text = WORDS[language][key]
  if (text === undefined) return undefined
  if (typeof text === "object") text = text[format("plural", () => new Intl.PluralRules(locale)).select(values.count)] ?? text.other
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name])
}

export const words = (key) => WORDS[language][key]

function format(name, make) {
  return formats[name] ??= make()
}

const dates = (name, options) => format(name, () => new Intl.DateTimeFormat(locale, options))

export const number = (n) => format("number", () => new Intl.NumberFormat(locale)).format(n)
export const compact = (n) => Math.abs(n) < 10_000 ? number(n)
  : format("compact", () => new Intl.NumberFormat(locale, {notation: "compact", maximumFractionDigits: 1})).format(n)
export const percent = (ratio, signed = false) => format(`percent${signed}`, () => new Intl.NumberFormat(locale, {
  style: "percent", maximumFractionDigits: 1, signDisplay: signed ? "exceptZero" : "auto",
})).format(ratio)

const DAY = {day: "numeric", month: "short"}
const CLOCK = {hour: "numeric", minute: "2-digit"}

export const clock = (seconds) => dates("clock", CLOCK).format(seconds * 1000)
export const clockExact = (seconds) => dates("exact", {...CLOCK, second: "2-digit"}).format(seconds * 1000)
export const day = (seconds) => dates("day", DAY).format(seconds * 1000)
export const month = (seconds) => dates("month", {month: "short", year: "numeric"}).format(seconds * 1000)

/** A bucket's time, as exactly as its size asks for: "Sun 22 Nov, 14:00 – 15:00", "Sun 22 Nov". */
export function bucket(start, step) {
  const date = dates("date", {weekday: "short", ...DAY, year: "numeric"})
  if (step === 86400) return date.format(start * 1000)
  if (step > 86400) return dates("days", {...DAY, year: "numeric"}).formatRange(start * 1000, (start + step - 3600) * 1000)
  const moment = dates("moment", {weekday: "short", ...DAY, ...CLOCK})
  return step <= 60 ? moment.format(start * 1000) : moment.formatRange(start * 1000, (start + step) * 1000)
}

/** "3 h", "24 h", "7 d" for the hosted links' 3h, 24h, 7d. */
export function period(text) {
  if (text === "365d") return t("year")
  return `${number(parseInt(text))} ${words("units")[text.at(-1)]}`
}

/** A range of time in words, for those who hear the page. */
export const span = (from, to) => dates("span", {...DAY, ...CLOCK}).formatRange(from * 1000, to * 1000)

/** How an event or a param value is called. `__other__` is the server's own name for all that had no room. */
export function seriesName(name) {
  if (name === "__other__") return t("other")
  return name === "" ? t("empty") : name
}
