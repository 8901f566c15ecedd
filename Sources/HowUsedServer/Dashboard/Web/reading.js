// What the numbers of an answer of /stats mean: which of them add up, of what they are shares, how they are called, and
// what must be known to read them right.
import {isFiltered, isWidened} from "./link.js"
import {counted, days, number, percent, seriesName, span, t} from "./text.js"

/** Every use has one event and one value of a param, every new user one first event: these add up. */
const ADDS_UP = new Set(["uses", "new"])
const ACTIVE = ["daily", "weekly", "monthly"]
const SPOKEN = 8

export class Reading {
  #metric

  constructor(metric, answer, view) {
    this.#metric = metric
    this.answer = answer
    this.isSplit = view.segment !== "" && metric !== "online" && metric !== "active"
    this.previous = answer.previous ?? null
  }

  get #isActive() { return this.#metric === "active" }

  /** Users that are in several series must not look as if they added up. */
  get isLines() { return this.#isActive || (this.isSplit && !ADDS_UP.has(this.#metric)) }
  get hasLegend() { return this.isSplit || this.#isActive }
  get isEmpty() {
    return [...this.answer.series, ...this.previous ? [this.previous] : []].every(({values}) => values.every((value) => value === 0))
  }

  label(name) { return this.#isActive && ACTIVE.includes(name) ? t(name) : seriesName(name) }

  /** The series that aren't among the `hidden` names. */
  visible(hidden) { return this.answer.series.filter(({name}) => !this.hasLegend || !hidden.has(name)) }

  /** Of a series, in a bucket or (null) over all the time. */
  amount({total, values}, index) { return index === null ? total : values[index] }

  /** What is told while nothing is pointed at: all the time (null), but of active users the last day that is over. */
  get resting() {
    if (!this.#isActive) return null
    const {time, step, series} = this.answer
    const last = time.findLastIndex((at) => at + step <= Date.now() / 1000)
    // A bot's first day isn't over.
    return last < 0 || series.every(({values}) => values[last] === 0) ? time.length - 1 : last
  }

  /** Of which the series are shares; null where they aren't. */
  sum(index) {
    if (!this.isSplit || !ADDS_UP.has(this.#metric)) return null
    return this.answer.series.reduce((sum, series) => sum + this.amount(series, index), 0)
  }

  /** What all the time comes to, in words. */
  totals(hidden) {
    const {approximate, series} = this.answer
    if (this.#metric === "online") {
      const peak = (values) => values.reduce((a, b) => Math.max(a, b), 0)
      return this.#withBefore(t("peak", {n: number(peak(series[0]?.values ?? []))}), this.previous && peak(this.previous.values))
    }
    if (this.isLines) return ""
    const n = this.visible(hidden).reduce((sum, {total}) => sum + total, 0)
    const word = approximate && this.#metric !== "uses" ? "approximate" : "total"
    return this.#withBefore(t(word, {n: number(n)}), this.previous?.total, n)
  }

  /** What a bucket holds, in words. */
  at(index, hidden) {
    if (this.#isActive) return this.#sticky(index)
    if (this.isLines) return ""
    const n = this.visible(hidden).reduce((sum, {values}) => sum + values[index], 0)
    return this.#withBefore(number(n), this.previous?.values[index])
  }

  // Whether the time is over but for a moment: if not, all of it isn't to be compared with all of what was before.
  get #isOver() {
    const {from, to} = this.answer
    return to - Date.now() / 1000 < (to - from) / 50
  }

  #withBefore(text, before, now) {
    if (before === undefined || before === null) return text
    const change = now !== undefined && before > 0 && this.#isOver ? ` (${percent(now / before - 1, true)})` : ""
    return `${text}${change} · ${t("before", {n: number(before)})}`
  }

  #sticky(index) {
    const ratio = this.answer.stickiness?.[index]
    return typeof ratio === "number" ? t("sticky", {n: percent(ratio)}) : ""
  }

  /** The same for the ear: each series by its name. */
  spoken(index) {
    if (!this.hasLegend) return this.at(index, new Set())
    const sum = this.sum(index)
    const told = this.answer.series.filter(({values}) => values[index] > 0).slice(0, SPOKEN).map(({name, values}) => {
      const share = sum > 0 ? ` (${percent(values[index] / sum)})` : ""
      return `${this.label(name)} ${number(values[index])}${share}`
    })
    return [...told, this.#isActive && this.#sticky(index)].filter(Boolean).join(", ") || "0"
  }

  /** For a table: what each column is called, and its cells. */
  get columns() {
    const column = (head, values) => ({head, cells: values.map(number)})
    const {series, stickiness} = this.answer
    const columns = series.map(({name, values}) => column(this.hasLegend ? this.label(name) : t(this.#metric), values))
    if (this.previous) columns.push(column(t("previous"), this.previous.values))
    if (stickiness) columns.push({head: t("stickiness"), cells: stickiness.map((n) => n === null ? "–" : percent(n))})
    return columns
  }
}

/** Texts about a metric's answer; most often none. */
export function notesOf(metric, answer, view) {
  const unattributed = answer.series.find(({name}) => name === "__unattributed__")?.total ?? 0
  return [
    metric === "online" && (isFiltered(view) || view.segment) && t("wholeBot"),
    metric === "users" && view.segment && t("overlap"),
    answer.previous && t("dashed", {period: (answer.step >= 86400 ? days : span)(answer.previous.from, answer.previous.to)}),
    metric === "active" && [t("stickyHelp"), isWidened(view) && t("lastMonth")].filter(Boolean).join(" "),
    noteOf(answer),
    unattributed > 0 && counted("unattributed", unattributed),
    metric !== "online" && metric !== "uses" && answer.approximate && t("estimates"),
  ].filter(Boolean)
}

/** What is special about the buckets; in the server's words if ours don't know it. */
export function noteOf({note, noteCode}) {
  return noteCode && t(`note_${noteCode}`) || note || ""
}
