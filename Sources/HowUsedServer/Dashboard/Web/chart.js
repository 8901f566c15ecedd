// One chart with its title, what stands under the crosshair, legend, table and CSV.
import {address, timeZone} from "./api.js"
import {h, setText} from "./dom.js"
import {notesOf} from "./notes.js"
import {Plot} from "./plot.js"
import {bucket, number, seriesName, span, t} from "./text.js"

const HEIGHT = 208
const LEGEND = 8
const ROWS = 400

export class Chart {
  #metric
  #page
  #plot
  #answer = null
  #view = null
  #unfolded = false
  #parts = {}
  #values = []

  /** `page` holds what the charts share: `colors`, the `hidden` series' names, `zoom`, `zoomOut`, `toggle(name)`. */
  constructor(metric, page) {
    this.#metric = metric
    this.#page = page
    const title = t(metric)
    const parts = this.#parts = {
      readout: h("p", {class: "readout"}),
      spoken: h("p", {class: "hidden", "aria-live": "polite"}),
      plot: h("div", {
        class: "plot", tabindex: 0, role: "application", "aria-roledescription": t("chart"), "aria-label": title,
        onkeydown: (event) => this.#key(event), onblur: () => this.#plot.clear(),
      }),
      message: h("p", {class: "message", hidden: true}),
      notes: h("div", {class: "notes"}),
      legend: h("div", {class: "legend", hidden: true}),
      table: h("div", {class: "data", hidden: true, tabindex: 0, role: "region", "aria-label": `${title}: ${t("table")}`}),
      tableButton: h("button", {type: "button", "aria-pressed": "false", onclick: () => this.#switchTable()}, t("table")),
      csv: h("a", {download: "", "aria-label": t("csvLong", {name: title})}, t("csv")),
    }
    this.element = h("section", {class: "chart", "aria-label": title, "data-metric": metric, "aria-busy": "true"},
      h("header", {}, h("h3", {}, title), parts.readout, h("div", {class: "actions"}, parts.tableButton, parts.csv)),
      h("div", {class: "stage"}, parts.plot, parts.message), parts.table, parts.notes, parts.legend, parts.spoken)
    this.#plot = new Plot(parts.plot, {
      height: HEIGHT, sync: "howused", zoom: page.zoom, zoomOut: page.zoomOut, read: (index) => this.#read(index),
    })
  }

  /** The query was changed: what is shown isn't the answer to it any more. */
  wait() {
    this.element.setAttribute("aria-busy", "true")
    // It pointed into another time.
    this.#plot.clear()
  }

  show(answer, view, query) {
    this.#answer = answer
    this.#view = {...view}
    const parts = this.#parts
    this.element.setAttribute("aria-busy", "false")
    parts.csv.hidden = parts.tableButton.hidden = false
    parts.csv.href = address("/stats", view, {...query, format: "csv"})
    parts.plot.setAttribute("aria-label", t("chartHelp", {name: t(this.#metric), period: span(answer.from, answer.to)}))
    const empty = answer.series.every((series) => series.values.every((value) => value === 0))
    // A peak is looked for every few seconds: until then, a chart of peaks lags behind the live count.
    const mayLag = this.#metric === "online" && answer.to > Date.now() / 1000
    this.#say(empty && !mayLag ? t("noneInPeriod") : "")
    parts.legend.hidden = !this.#segmented
    this.#note(notesOf(this.#metric, answer, view))
    this.draw()
  }

  /** Says why the server couldn't count this (its status 400). */
  refuse(error) {
    this.#answer = null
    this.element.setAttribute("aria-busy", "false")
    if (error.field.startsWith("param_")) this.#say(t("cannotParams"))
    else if (["divider", "from", "to", "period"].includes(error.field)) this.#say(t("cannotTime"))
    else this.#say(t("cannot", {reason: error.message.replace(/^Bad Request: /, "")}))
    for (const part of ["legend", "csv", "tableButton"]) this.#parts[part].hidden = true
    setText(this.#parts.readout, "")
    this.#note([])
    this.#parts.plot.classList.add("void")
  }

  /** What its title and the text beside it say. */
  get heading() { return `${t(this.#metric)}: ${this.#answer ? this.#totals(this.#visible) : this.#parts.message.textContent}` }

  /** Must be called before the element is thrown away: the crosshair's group would keep it. */
  destroy() { this.#plot.destroy() }

  /** Draws again what is known: after colours or hidden series changed. */
  draw() {
    const answer = this.#answer
    if (!answer) return
    const shown = this.#visible
    this.#parts.plot.classList.remove("void")
    this.#values = answer.series
    this.#plot.show({
      time: answer.time, step: answer.step,
      stack: shown.length
        ? shown.map((series) => ({values: series.values, color: this.#color(series.name)}))
        : [{values: answer.time.map(() => 0), color: "--series-0"}],
    })
    this.#plot.redraw()
    this.#read(this.#plot.index)
    if (!this.#parts.table.hidden) this.#fillTable()
  }

  get #visible() {
    return this.#answer.series.filter((series) => !this.#segmented || !this.#page.hidden.has(series.name))
  }

  get #segmented() { return this.#view.segment !== "" && (this.#metric === "uses" || this.#metric === "users") }

  #color(name) {
    if (this.#metric === "online") return "--live"
    return this.#segmented ? this.#page.colors.of(name) : "--series-0"
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
  #read(index) {
    const answer = this.#answer
    if (!answer) return
    const visible = this.#visible
    const amount = (series) => index === null ? series.total : series.values[index]
    setText(this.#parts.readout, index === null ? this.#totals(visible)
      : `${this.#moment(index)} · ${number(visible.reduce((sum, series) => sum + amount(series), 0))}`)
    if (this.#segmented) this.#fillLegend(amount)
  }

  #moment(index) {
    const {time, step} = this.#answer
    const unfinished = time[index] + step > Date.now() / 1000 ? ` (${t("soFar")})` : ""
    return bucket(time[index], step) + unfinished
  }

  #totals(visible) {
    const {approximate, series} = this.#answer
    if (this.#metric === "online") {
      return t("peak", {n: number(series.reduce((most, {values}) => values.reduce((a, b) => Math.max(a, b), most), 0))})
    }
    if (this.#segmented && this.#metric === "users") return ""
    const sum = visible.reduce((sum, {total}) => sum + total, 0)
    return t(approximate ? "approximate" : "total", {n: number(sum)})
  }

  #fillLegend(amount) {
    const {legend} = this.#parts
    const series = this.#answer.series
    const shown = this.#unfolded ? series : series.slice(0, LEGEND)
    const wanted = shown.map(({name}) => name).join("\0") + this.#unfolded + series.length
    if (legend.dataset.names !== wanted) {
      legend.dataset.names = wanted
      legend.replaceChildren(...shown.map(({name}) => this.#legendButton(name)))
      if (series.length > LEGEND) {
        legend.append(h("button", {type: "button", class: "more", onclick: () => {
          this.#unfolded = !this.#unfolded
          this.#read(null)
        }}, this.#unfolded ? t("fewer") : t("more", {n: number(series.length - LEGEND)})))
      }
    }
    shown.forEach((one, i) => {
      const button = legend.children[i]
      button.setAttribute("aria-pressed", String(!this.#page.hidden.has(one.name)))
      setText(button.lastChild, number(amount(one)))
    })
  }

  #legendButton(name) {
    const swatch = h("i", {})
    swatch.style.background = `var(${this.#color(name)})`
    return h("button", {type: "button", title: t("hide", {name: seriesName(name)}), onclick: () => this.#page.toggle(name)},
      swatch, h("span", {class: "name"}, seriesName(name)), h("b", {}))
  }

  #switchTable() {
    const show = this.#parts.table.hidden
    this.#parts.table.hidden = !show
    this.#parts.plot.parentElement.hidden = show
    this.#parts.tableButton.setAttribute("aria-pressed", String(show))
    if (show) this.#fillTable()
    else this.draw()
  }

  #fillTable() {
    const {time, step, series} = this.#answer
    const {scrollTop} = this.#parts.table
    const heads = this.#segmented ? series.map(({name}) => seriesName(name)) : [t(this.#metric)]
    const rows = time.map((at, i) => h("tr", {}, h("th", {scope: "row"}, bucket(at, step)),
      series.map(({values}) => h("td", {}, number(values[i]))))).reverse().slice(0, ROWS)
    this.#parts.table.replaceChildren(h("table", {}, h("caption", {class: "hidden"}, t(this.#metric)),
      h("thead", {}, h("tr", {}, h("th", {scope: "col"}, t("time")), heads.map((text) => h("th", {scope: "col"}, text)))),
      h("tbody", {}, rows)))
    this.#parts.table.scrollTop = scrollTop
  }

  #key(event) {
    if (!this.#answer || event.ctrlKey || event.metaKey || event.altKey) return
    const {time, step} = this.#answer
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
    const values = this.#answer.series.filter(({values}) => values[index] > 0 || !this.#segmented).slice(0, LEGEND)
      .map(({name, values}) => this.#segmented ? `${seriesName(name)} ${number(values[index])}` : number(values[index]))
    setText(this.#parts.spoken, `${this.#moment(index)}: ${values.join(", ") || 0}`)
  }
}

/** The query of a metric for what is seen. New users and the online count are kept for a whole bot only. */
export const queryOf = (metric, view, {filters, range}) => ({
  metric, ...(metric === "uses" || metric === "users" ? filters(view) : {}), ...range(view), divider: view.divider,
  tz: timeZone,
})
