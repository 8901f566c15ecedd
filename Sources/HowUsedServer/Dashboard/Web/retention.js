// How many of those who came in a week or on a day come back later, as a heat map.
import {ApiError, ask} from "./api.js"
import {choice, h, press, setText} from "./dom.js"
import {HeatMap} from "./heatmap.js"
import {filters} from "./link.js"
import {makePanel} from "./panel.js"
import {t} from "./text.js"
import {timeZone} from "./zone.js"

const PERIODS = {week: "12w", day: "30d"}
/** It changes slowly and takes the server longer than the rest. */
const EVERY = 60_000

export class Retention {
  #app
  #panel
  #unit = "week"
  #units
  #map
  #help = h("p", {class: "note", "aria-live": "polite"}, t("retentionHelp"))
  #message = h("p", {class: "nothing", hidden: true})
  #turn = 0
  #answered = {query: "", at: 0}

  constructor(app) {
    this.#app = app
    this.#panel = makePanel("retention", (isOpen) => { if (isOpen) this.#ask() })
    this.#map = new HeatMap((text) => setText(this.#help, text || t("retentionHelp")))
    this.#units = choice(t("unit"), ["week", "day"].map((value) => ({value, label: t(value)})), this.#unit, (unit) => {
      this.#unit = unit
      press(this.#units, unit)
      this.#ask()
    }, "small")
    this.#panel.tools.append(this.#units)
    this.#panel.body.append(this.#help, this.#map.element, this.#message)
    this.element = this.#panel.element
    this.#panel.start()
  }

  changed() { if (this.#panel.isOpen) this.#setBusy(true) }

  async load(signal) {
    if (!this.#panel.isOpen) return
    const view = this.#app.view(), unit = this.#unit
    const query = {unit, period: PERIODS[unit], ...view.to === null ? {} : {to: view.to}, tz: timeZone(), ...filters(view)}
    const key = JSON.stringify(query)
    const {query: before, at} = this.#answered
    if (key === before && performance.now() - at < EVERY) return this.#setBusy(false)
    const turn = ++this.#turn
    try {
      const answer = await ask("/retention", view, query, signal)
      if (turn !== this.#turn) return
      this.#answered = {query: key, at: performance.now()}
      this.#map.show(answer)
      this.#say(answer.cohorts.some(({size}) => size > 0) ? "" : t("noCohorts"))
    } catch (error) {
      if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error
      this.#say(t("cannot", {reason: error.message.replace(/^Bad Request: /, "")}))
    }
    this.#setBusy(false)
  }

  #ask() {
    this.#setBusy(true)
    this.#app.ask("retention")
  }

  #say(text) {
    this.#message.hidden = text === ""
    this.#map.element.hidden = this.#help.hidden = text !== ""
    setText(this.#message, text)
  }

  #setBusy(isBusy) { this.#panel.body.setAttribute("aria-busy", String(isBusy)) }
}
