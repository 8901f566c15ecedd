// Asks for each part of the page and shows what came. Whatever comes first is shown first, but nothing before the first chart.
import {ApiError, ask, Together} from "./api.js"
import {queryOf} from "./link.js"
import {noteOf} from "./reading.js"
import {number} from "./text.js"
import {timeZone} from "./zone.js"

/** In the order in which they stand on the page. The last is the dearest for the server and isn't seen at first. */
export const METRICS = ["users", "uses", "new", "online", "active"]

export class Loads {
  /** What was answered last. */
  known = {summary: null, sparkline: null, charts: {}, live: null}
  /** Resolved when the first chart is on the screen. */
  firstChart
  #resolveFirst
  #isFirstDrawn = false
  #together = new Together()
  #used = null
  #app

  constructor(app) {
    this.#app = app
    this.firstChart = new Promise((resolve) => { this.#resolveFirst = resolve })
  }

  /** Whether it is known that this bot never had an event. */
  get isUnused() { return this.#used === false }

  addTo(rounds) {
    for (const metric of METRICS) rounds.add(metric, (signal) => this.#chart(metric, signal), {eager: metric !== "active"})
    rounds.add("summary", (signal) => this.#summary(signal))
    rounds.add("sparkline", (signal) => this.#sparkline(signal))
    for (const name of ["top", "retention"]) rounds.add(name, (signal) => this.#app.page().more?.load(name, signal), {eager: false})
  }

  watch(rounds) {
    for (const metric of METRICS) rounds.watch(metric, this.#app.page().charts[metric].element)
  }

  async #chart(metric, signal) {
    const view = this.#app.view()
    const query = queryOf(metric, view)
    try {
      const answer = await (this.#early(metric, query, signal) ?? this.#ask(metric, query, signal))
      await this.#turn(signal)
      this.#showChart(metric, answer, query)
      return answer.asOf
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 400) throw error
      delete this.known.charts[metric]
      this.#app.page().charts[metric].refuse(error)
      this.#firstDrawn()
    }
  }

  // What is on the screen already is renewed all at once. Something new is asked for alone: so each is there when it's found.
  #ask(metric, query, signal) {
    const isShown = JSON.stringify(this.known.charts[metric]?.query) === JSON.stringify(query)
    return isShown ? this.#together.ask(this.#app.view(), query, signal) : ask("/stats", this.#app.view(), query, signal)
  }

  // What start.js asked for already; it counts for the first round only.
  #early(metric, query, signal) {
    const answer = globalThis.howusedEarly?.[metric]
    if (!answer) return undefined
    delete globalThis.howusedEarly[metric]
    return answer.then((found) => found ?? ask("/stats", this.#app.view(), query, signal))
  }

  async #summary(signal) {
    const answer = await ask("/summary", this.#app.view(), {tz: timeZone()}, signal)
    await this.#turn(signal)
    this.known.summary = answer
    this.#showSummary()
    return answer.asOf
  }

  // Minutes: there is a new one once a minute, and the live count moves the end meanwhile.
  async #sparkline(signal) {
    const minute = Math.floor(Date.now() / 60_000)
    if (this.known.sparkline?.minute === minute) return
    const query = {metric: "online", period: "1h", divider: "1m", tz: timeZone()}
    const answer = await ask("/stats", this.#app.view(), query, signal)
    await this.#turn(signal)
    this.known.sparkline = {answer, minute}
    this.#app.page().online.sparkline.show(answer)
  }

  async #turn(signal) {
    if (this.#isFirstDrawn) await this.firstChart
    signal.throwIfAborted()
  }

  /** Whether the bot was ever used: asked only while nothing is seen, and no more once something was. */
  async checkFirst(signal) {
    const {summary, charts} = this.known
    if (!summary) return
    const seen = summary.today.uses + summary.yesterday.uses + summary.topEvents.length > 0
      || charts.uses?.answer.series.some(({total}) => total > 0)
    if (seen) this.#used = true
    else if (this.#used === null) {
      const query = {metric: "uses", period: "700d", divider: "7d", tz: timeZone()}
      const ever = await ask("/stats", this.#app.view(), query, signal)
      this.#used = ever.series.some(({total}) => total > 0)
    }
    this.#app.showFirst(this.isUnused)
  }

  /** Everything again, on a page that was just built. */
  showKnown() {
    const {summary, sparkline, charts, live} = this.known
    if (summary) this.#showSummary()
    if (sparkline) this.#app.page().online.sparkline.show(sparkline.answer)
    for (const [metric, {answer, query}] of Object.entries(charts)) this.#showChart(metric, answer, query)
    if (live) this.#app.page().header.setState("live")
    if (this.isUnused) this.#app.showFirst(true)
  }

  async addMore(makeMore, rounds) {
    const page = this.#app.page()
    await page.addMore(makeMore, this.known)
    for (const name of ["top", "retention"]) rounds.watch(name, page.more.elements[name])
  }

  #showChart(metric, answer, query) {
    this.known.charts[metric] = {answer, query}
    this.#app.page().charts[metric].show(answer, this.#app.view(), query)
    this.#firstDrawn()
  }

  #firstDrawn() {
    if (this.#isFirstDrawn) return
    this.#isFirstDrawn = true
    performance.mark("first-chart")
    // Whatever else has come meanwhile waits for the frame that shows it. A page in the background gets no frames.
    requestAnimationFrame(() => setTimeout(this.#resolveFirst))
    setTimeout(this.#resolveFirst, 100)
  }

  #showSummary() {
    const {summary} = this.known
    const page = this.#app.page()
    page.header.setName(summary.bot.name || String(summary.bot.id))
    page.cards.show(summary)
    page.showNotes(noteOf(summary))
    page.controls.suggest(summary)
    page.more?.learn(summary)
    this.showOnline()
  }

  /** The live counts; those of the summary until there are any. All of a page's counts are of one moment. */
  showOnline() {
    const {summary, live} = this.known
    const online = live?.windows ?? summary?.online
    if (!online) return
    const {seconds} = this.#app.view()
    this.#app.page().online.show(online, seconds, live?.uses)
    if (summary && online[seconds] !== undefined) document.title = `${number(online[seconds])} · ${summary.bot.name || summary.bot.id}`
  }
}
