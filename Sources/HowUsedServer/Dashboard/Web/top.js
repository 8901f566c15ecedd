// The top events and param values of what is seen: searched, sorted, page by page.
import {ApiError, ask} from "./api.js"
import {h, setText} from "./dom.js"
import {DIMENSIONS, filters, PARAMS, range} from "./link.js"
import {makeTabs} from "./tabs.js"
import {number, t} from "./text.js"
import {TopRows} from "./toprows.js"
import {timeZone} from "./zone.js"

const PAGES = [10, 25, 50, 100, 200]
/** Milliseconds after the last letter until it is searched for. */
const TYPING = 250

export class Top {
  #app
  #known
  #by = "event"
  #sort = "uses"
  #search = ""
  #limit = PAGES[0]
  #offset = 0
  #turn = 0
  #typing = 0
  /** The params that have values, as far as was seen. */
  #withValues = new Set()
  #probed = ""
  #tabs
  #rows
  #parts = {}

  /** `known.charts.uses` is the answer by which shares are told. */
  constructor(app, known) {
    this.#app = app
    this.#known = known
    this.#tabs = makeTabs(t("tops"), "top-rows", (name) => this.#go({by: name, search: ""}))
    this.#rows = new TopRows({choose: app.choose, sort: (name) => this.#go({sort: name})})
    const button = (word, sign, step) => h("button", {
      type: "button", "aria-label": t(word), title: t(word), onclick: () => this.#go({offset: this.#offset + step * this.#limit}),
    }, sign)
    const parts = this.#parts = {
      search: h("input", {type: "search", autocomplete: "off", maxlength: 256, placeholder: t("search"), oninput: () => {
        clearTimeout(this.#typing)
        this.#typing = setTimeout(() => this.#go({search: parts.search.value.trim()}), TYPING)
      }}),
      back: button("pageBack", "‹", -1), on: button("pageOn", "›", 1),
      count: h("span", {class: "count-of", role: "status"}),
      size: h("select", {"aria-label": t("perPage"), onchange: () => this.#go({limit: Number(parts.size.value)})},
        PAGES.map((n) => h("option", {value: n}, String(n)))),
      message: h("p", {class: "nothing", hidden: true}),
    }
    parts.panel = h("div", {class: "rows", id: "top-rows", role: "tabpanel", "aria-label": t("top"), "aria-busy": "true"},
      this.#rows.element, parts.message)
    this.element = h("section", {class: "panel top-panel", "aria-label": t("top")},
      h("header", {}, this.#tabs.element, parts.search), parts.panel,
      h("footer", {}, h("label", {}, h("span", {}, t("perPage")), parts.size), parts.count, parts.back, parts.on))
    this.#showTabs()
  }

  /** The summary says which params had values today. */
  learn({topParams}) {
    for (const name of PARAMS) if (topParams?.[name]?.some((row) => row.name !== "")) this.#withValues.add(name)
    this.#showTabs()
  }

  /** Something else is seen now. */
  changed() {
    this.#offset = 0
    this.#turn++
    this.#setBusy(true)
    this.#showTabs()
  }

  async load(signal) {
    const turn = ++this.#turn
    const by = this.#by
    try {
      await this.#probe(signal)
      const answer = await ask("/top", this.#app.view(), this.#query(by), signal)
      if (turn !== this.#turn) return
      // There are fewer than there were: begin again.
      if (!answer.rows.length && this.#offset > 0) {
        this.#offset = 0
        return await this.load(signal)
      }
      this.#show(answer)
      return answer.asOf
    } catch (error) {
      if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error
      this.#say(["from", "to", "period"].includes(error.field) ? t("cannotTime") : t("cannot", {reason: error.message.replace(/^Bad Request: /, "")}))
    }
  }

  // A list isn't filtered by its own dimension, so that one can choose several in it.
  #query(by) {
    const view = this.#app.view()
    return {
      by, ...range(view), tz: timeZone(), ...filters(view, by), sort: this.#sort, limit: this.#limit, offset: this.#offset,
      ...this.#search && {search: this.#search},
    }
  }

  // Whether there are values of the params that had none today: asked once for each time that is seen.
  async #probe(signal) {
    const view = this.#app.view()
    const when = JSON.stringify(range(view))
    if (when === this.#probed) return
    const unknown = PARAMS.filter((name) => !this.#withValues.has(name))
    await Promise.all(unknown.map(async (by) => {
      const {rows} = await ask("/top", view, {by, ...range(view), tz: timeZone(), limit: 2}, signal)
      if (rows.some(({name}) => name !== "")) this.#withValues.add(by)
    }))
    this.#probed = when
    this.#showTabs()
  }

  #showTabs() {
    const view = this.#app.view()
    const shown = DIMENSIONS.filter((name) => name === "event" || this.#withValues.has(name) || view.filters[name].values.length)
    this.#tabs.show(shown.map((name) => ({name, label: t(name === "event" ? "events" : name)})), this.#by)
    this.#parts.search.setAttribute("aria-label", t("searchIn", {name: t(this.#by === "event" ? "events" : this.#by)}))
  }

  #go({by = this.#by, sort = this.#sort, search = this.#search, limit = this.#limit, offset = 0}) {
    clearTimeout(this.#typing)
    if (by !== this.#by) this.#parts.search.value = ""
    this.#by = by
    this.#sort = sort
    this.#search = search
    this.#limit = limit
    this.#offset = Math.max(offset, 0)
    this.#turn++
    this.#setBusy(true)
    this.#showTabs()
    this.#app.ask("top")
  }

  #show(answer) {
    const {back, on, count, size} = this.#parts
    const view = this.#app.view()
    const list = view.filters[this.#by]
    this.#rows.show(answer.rows, {
      by: this.#by, sort: this.#sort, list, allUses: this.#allUses(answer), isFirst: this.#offset === 0,
      key: JSON.stringify([this.#by, this.#sort, range(view)]),
    })
    const end = this.#offset + answer.rows.length
    setText(count, answer.total ? t("rows", {from: number(this.#offset + 1), to: number(end), n: number(answer.total)}) : "")
    back.disabled = this.#offset === 0
    on.disabled = end >= answer.total
    size.value = this.#limit
    this.#say(answer.rows.length ? "" : t(this.#search ? "nothingFound" : "nothingYet"))
    this.#setBusy(false)
  }

  // The uses of which the rows are shares: the answer's own, else the chart's if it is of the same time and whom.
  #allUses(answer) {
    if (Number.isFinite(answer.uses)) return answer.uses
    const chart = this.#known.charts.uses?.answer
    if (!chart || chart.from !== answer.from || chart.to !== answer.to || this.#app.view().filters[this.#by].values.length) return null
    return chart.series.reduce((sum, {total}) => sum + total, 0)
  }

  #say(text) {
    this.#parts.message.hidden = text === ""
    setText(this.#parts.message, text)
    if (text) this.#setBusy(false)
  }

  #setBusy(isBusy) { this.#parts.panel.setAttribute("aria-busy", String(isBusy)) }
}
