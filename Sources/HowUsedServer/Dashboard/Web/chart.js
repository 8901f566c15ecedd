// One chart with its title, what stands under the crosshair, legend, table and CSV.
import {address} from "./api.js"
import {h, setText} from "./dom.js"
import {Legend} from "./legend.js"
import {Plot} from "./plot.js"
import {notesOf, Reading} from "./reading.js"
import {bucket, number, span, t} from "./text.js"
import {timeZone} from "./zone.js"

const HEIGHT = 208

export class Chart {
  #metric
  #page
  #plot
  #reading = null
  #isRefused = false
  #legend
  /** Loaded when somebody wants a table. */
  #showTable = null
  #parts = {}

  /**
   * `page` holds what charts share: `colors`, the `hidden` series' names, `zoom`, `zoomOut`, `toggle(name)`, and `sync`, the
   * name of their common crosshair.
   */
  constructor(metric, page) {
    this.#metric = metric
    this.#page = page
    const title = t(metric)
    this.#legend = new Legend(page.toggle)
    const parts = this.#parts = {
      readout: h("p", {class: "readout"}),
      spoken: h("p", {class: "hidden", "aria-live": "polite"}),
      plot: h("div", {
        class: "plot", tabindex: 0, role: "application", "aria-roledescription": t("chart"), "aria-label": title,
        onkeydown: (event) => this.#key(event), onblur: () => this.#plot.clear(),
      }),
      message: h("p", {class: "message", hidden: true}),
      table: h("div", {class: "data", hidden: true, tabindex: 0, role: "region", "aria-label": `${title}: ${t("table")}`}),
      notes: h("div", {class: "notes"}),
      tableButton: h("button", {type: "button", "aria-pressed": "false", onclick: () => this.#switchTable()}, t("table")),
      csv: h("a", {download: "", "aria-label": t("csvLong", {name: title})}, t("csv")),
    }
    this.element = h("section", {class: "chart", "aria-label": title, "data-metric": metric, "aria-busy": "true"},
      h("header", {}, h("h3", {}, title), parts.readout, h("div", {class: "actions"}, parts.tableButton, parts.csv)),
      h("div", {class: "stage"}, parts.plot, parts.message), parts.table, parts.notes, this.#legend.element, parts.spoken)
    this.#plot = new Plot(parts.plot, {
      height: HEIGHT, sync: page.sync, zoom: page.zoom, zoomOut: page.zoomOut, read: (index) => this.#read(index),
    })
  }

  /** The query was changed: what is shown isn't the answer to it any more. */
  wait() {
    this.element.setAttribute("aria-busy", "true")
    // It pointed into another time.
    this.#plot.clear()
  }

  /** Says what is waited for, unless there is something to see. */
  announce(text) {
    if (!this.#reading && !this.#isRefused) this.#say(text)
  }

  show(answer, view, query) {
    const reading = this.#reading = new Reading(this.#metric, answer, view)
    const parts = this.#parts
    this.element.setAttribute("aria-busy", "false")
    parts.csv.hidden = parts.tableButton.hidden = false
    parts.csv.href = address("/stats", view, {...query, tz: timeZone(), format: "csv"})
    parts.plot.setAttribute("aria-label", t("chartHelp", {name: t(this.#metric), period: span(answer.from, answer.to)}))
    // A peak is looked for every few seconds: until then, a chart of peaks lags behind the live count.
    const mayLag = this.#metric === "online" && answer.to > Date.now() / 1000
    this.#say(reading.isEmpty && !mayLag ? t("noneInPeriod") : "")
    this.#legend.element.hidden = !reading.hasLegend
    this.#note(notesOf(this.#metric, answer, view))
    this.draw()
  }

  /** Says why the server couldn't count this (its status 400). */
  refuse(error) {
    this.#reading = null
    this.#isRefused = true
    this.element.setAttribute("aria-busy", "false")
    const isTime = ["divider", "from", "to", "period"].includes(error.field)
    this.#say(isTime ? t("cannotTime") : t("cannot", {reason: error.message.replace(/^Bad Request: /, "")}))
    this.#legend.element.hidden = this.#parts.csv.hidden = this.#parts.tableButton.hidden = true
    setText(this.#parts.readout, "")
    this.#note([])
    this.#parts.plot.classList.add("void")
  }

  /** What its title and the text beside it say. */
  get heading() {
    return `${t(this.#metric)}: ${this.#parts.readout.textContent || this.#parts.message.textContent}`
  }

  /** Must be called before the element is thrown away: the crosshair's group would keep it. */
  destroy() { this.#plot.destroy() }

  /** Draws again what is known: after colours or hidden series changed. */
  draw() {
    const reading = this.#reading
    if (!reading) return
    const {answer} = reading
    const shown = reading.visible(this.#page.hidden)
    this.#parts.plot.classList.remove("void")
    this.#plot.show({
      time: answer.time, step: answer.step, lines: reading.isLines, previous: reading.previous?.values,
      series: shown.length
        ? shown.map(({name, values}) => ({values, color: this.#color(name)}))
        : [{values: answer.time.map(() => 0), color: "--series-0"}],
    })
    this.#plot.redraw()
    this.#read(this.#plot.index)
    if (!this.#parts.table.hidden) this.#showTable?.(this.#parts.table, t(this.#metric), answer, reading.columns)
  }

  #color(name) {
    if (this.#metric === "online") return "--live"
    return this.#reading.hasLegend ? this.#page.colors.of(name) : "--series-0"
  }

  #note(texts) {
    const {notes} = this.#parts
    if (notes.dataset.texts === texts.join("\0")) return
    notes.dataset.texts = texts.join("\0")
    notes.replaceChildren(...texts.map((text) => h("p", {class: "note"}, text)))
  }

  #say(text) {
    this.#parts.message.hidden = text === ""
    setText(this.#parts.message, text)
  }

  // What stands under the crosshair, or the totals.
  #read(pointed) {
    const reading = this.#reading
    if (!reading) return
    const {hidden} = this.#page
    const index = pointed ?? reading.resting
    setText(this.#parts.readout, index === null ? reading.totals(hidden)
      : [this.#moment(index), reading.at(index, hidden)].filter(Boolean).join(" · "))
    if (!reading.hasLegend) return
    const series = reading.answer.series.map((one) => ({
      name: one.name, label: reading.label(one.name), color: this.#color(one.name), amount: reading.amount(one, index),
      isHidden: hidden.has(one.name),
    }))
    this.#legend.show(series, reading.sum(index))
  }

  #moment(index) {
    const {time, step} = this.#reading.answer
    const unfinished = time[index] + step > Date.now() / 1000 ? ` (${t("soFar")})` : ""
    return bucket(time[index], step) + unfinished
  }

  async #switchTable() {
    const show = this.#parts.table.hidden
    this.#parts.table.hidden = !show
    this.#parts.plot.parentElement.hidden = show
    this.#parts.tableButton.setAttribute("aria-pressed", String(show))
    if (show) this.#showTable ??= (await import("./datatable.js")).showTable
    this.draw()
  }

  #key(event) {
    if (!this.#reading || event.ctrlKey || event.metaKey || event.altKey) return
    const {time, step} = this.#reading.answer
    const index = this.#plot.index
    const at = index ?? time.length - 1
    const go = {
      ArrowLeft: index === null ? at : at - 1, ArrowRight: index === null ? at : at + 1,
      PageUp: at - 10, PageDown: at + 10, Home: 0, End: time.length - 1,
    }[event.key]
    const quarter = Math.max(1, Math.floor(time.length / 4))
    if (go !== undefined) this.#point(Math.min(Math.max(go, 0), time.length - 1))
    else if (event.key === "+" || event.key === "=") {
      const first = Math.max(0, Math.min(at - quarter, time.length - 2 * quarter))
      this.#page.zoom(time[first], time[Math.min(first + 2 * quarter, time.length - 1)] + step)
    } else if (event.key === "-" || event.key === "Escape") this.#page.zoomOut()
    else return
    event.preventDefault()
  }

  #point(index) {
    this.#plot.point(index)
    setText(this.#parts.spoken, `${this.#moment(index)}: ${this.#reading.spoken(index)}`)
  }
}
