// The chart page: what is seen, when it is asked for again, and what happens when that fails.
import {ApiError, ask, timeZone} from "./api.js"
import {Chart, queryOf} from "./chart.js"
import {makeControls} from "./controls.js"
import {h, setText} from "./dom.js"
import {makeHeader} from "./header.js"
import {DEFAULTS, filters, range, readLink, writeLink} from "./link.js"
import {backoff, Live} from "./live.js"
import {noteOf} from "./notes.js"
import {makeCards, makeOnline} from "./overview.js"
import {makeBanner, makeDenied, makeFirst} from "./states.js"
import {makeTables} from "./tables.js"
import {chooseLanguage, clockExact, number, startLanguage, t} from "./text.js"

const METRICS = ["users", "uses", "new", "online"]
const RARELY = 15_000, OFTEN = 5_000

let view = readLink(location.search)
let page = null
let loading = null, next = null
let updatedAt = null, failures = 0
let lost = {charts: null, live: null}
let last = {summary: null, sparkline: null, charts: {}, live: null}
let everUsed = null
/** Resolved when the first chart is on the screen. */
let firstShown = null
/** Whether the reader asked for something else, and is to hear what came. */
let announcing = false
const hidden = new Set()

/** A series keeps its colour while the page is open, whatever its rank. */
const colors = {
  known: new Map(),
  of(name) {
    if (name === "__other__") return "--series-other"
    if (!this.known.has(name)) this.known.set(name, `--series-${this.known.size % 10}`)
    return this.known.get(name)
  },
}

const live = new Live({
  receive(event) {
    last.live = event
    if (lost.live) lose("live", null)
    page.header.setState(lost.charts ? "lost" : "live")
    showLive()
    // The first event of all, or the first after a silence: don't wait for the next round.
    if (everUsed === false && event.online > 0) load()
  },
  lose: (error) => lose("live", error),
  refuse: deny,
})

// The questions go out before the page is built, which takes about as long as the answers do.
const answered = load()
startLanguage()
build()
answered.then(() => page.main && !document.hidden && live.start(view))
setInterval(tick, 1000)
addEventListener("popstate", () => {
  const {id, token} = view
  view = readLink(location.search)
  if (view.id !== id || view.token !== token) return location.reload()
  changed()
})
document.addEventListener("visibilitychange", () => {
  if (!page.main) return
  if (document.hidden) {
    live.stop()
    clearTimeout(next)
  } else {
    live.start(view)
    load()
  }
})
addEventListener("online", () => page.main && load())
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw)

// Makes the whole page in the current language, and shows what is known.
function build() {
  for (const chart of Object.values(page?.charts ?? {})) chart.destroy()
  const header = makeHeader({
    chooseLanguage(name) {
      chooseLanguage(name)
      build()
      page.header.focusLanguage()
    },
    chooseTheme: redraw,
  })
  const banner = makeBanner()
  const shared = {colors, hidden, zoom, zoomOut, toggle}
  const charts = Object.fromEntries(METRICS.map((metric) => [metric, new Chart(metric, shared)]))
  const online = makeOnline(view, (seconds) => {
    Object.assign(view, {seconds: Number(seconds)})
    history.pushState(null, "", writeLink(view))
    last.live = null
    if (last.summary) showSummary()
    live.start(view)
  })
  const first = h("div", {class: "slot"})
  const cards = makeCards()
  const controls = makeControls(change, zoomOut)
  const tables = makeTables(choose)
  const dayNote = h("span")
  const spoken = h("p", {class: "hidden", role: "status"})
  const main = h("main", {}, h("a", {class: "skip", href: "#charts"}, t("skip")), banner.element,
    h("div", {class: "overview"}, online.element, cards.element), first, controls.element,
    h("div", {class: "charts"}, METRICS.map((metric) => charts[metric].element)),
    h("p", {class: "hint"}, h("span", {class: "by-mouse"}, t("dragToZoom")), h("span", {class: "by-touch"}, t("tapToRead")),
      " · ", t("zone", {zone: timeZone}), dayNote), tables.element, spoken)
  page = {header, banner, charts, online, cards, controls, tables, main, first, dayNote, spoken}
  document.body.replaceChildren(header.element, main)
  document.title = t("title")
  controls.show(view)
  if (last.summary) showSummary()
  if (last.sparkline) online.sparkline.show(last.sparkline)
  for (const [metric, {answer, query}] of Object.entries(last.charts)) showChart(metric, answer, query)
  if (last.live) header.setState("live")
  if (everUsed === false) showFirst(true)
  showLost()
  tick()
}

function change({param, ...patch}) {
  Object.assign(view, patch)
  if (param) view.params = {...view.params, [param.name]: param.value}
  // A bucket that was chosen for another period would give one bar, or thousands.
  if (("period" in patch || "from" in patch) && !("divider" in patch)) view.divider = DEFAULTS.divider
  if ("segment" in patch) hidden.clear()
  history.pushState(null, "", writeLink(view))
  changed()
}

function changed() {
  page.controls.show(view)
  if (last.summary) page.tables.show(last.summary, view)
  for (const chart of Object.values(page.charts)) chart.wait()
  announcing = true
  load()
}

function choose(kind, name, on) {
  if (kind !== "event") return change({param: {name: kind, value: on ? name : ""}})
  change({events: on ? [...view.events, name] : view.events.filter((other) => other !== name)})
}

function zoom(from, to) {
  if (to - from < 120 || (from === view.from && to === view.to)) return
  change({from: Math.floor(from), to: Math.ceil(to)})
}

function zoomOut() {
  if (view.from !== null) change({from: null, to: null})
}

function toggle(name) {
  if (!hidden.delete(name)) hidden.add(name)
  redraw()
}

function redraw() {
  for (const chart of Object.values(page.charts)) chart.draw()
}

// Asks for everything that is seen, at once; whatever comes first is shown first.
async function load() {
  if (!view.id || !view.token) {
    await null
    return deny(null)
  }
  loading?.abort()
  clearTimeout(next)
  const {signal} = loading = new AbortController()
  try {
    await Promise.all([...METRICS.map((metric) => loadChart(metric, signal)), loadSummary(signal), loadSparkline(signal)])
    signal.throwIfAborted()
    updatedAt = Date.now()
    failures = 0
    lose("charts", null)
    if (announcing) setText(page.spoken, Object.values(page.charts).map((chart) => chart.heading).join(". "))
    announcing = false
    await checkFirst(signal)
  } catch (error) {
    if (signal.aborted) return
    if (!(error instanceof ApiError)) throw error
    if (error.status === 401) return deny(error)
    loading.abort()
    lose("charts", error)
    next = setTimeout(load, backoff(failures++, error.retryAfter))
    return
  }
  tick()
  const step = last.charts.uses?.answer.step ?? 3600
  if (!document.hidden) next = setTimeout(load, step <= 3600 ? OFTEN : RARELY)
}

async function loadChart(metric, signal) {
  const query = queryOf(metric, view, {filters, range})
  try {
    const answer = await (early(metric) ?? ask("/stats", view, query, signal))
    await firstShown
    signal.throwIfAborted()
    showChart(metric, answer, query)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 400) throw error
    delete last.charts[metric]
    page.charts[metric].refuse(error)
  }
}

// What start.js asked for already; it counts for the first round only.
function early(metric) {
  const answer = globalThis.howusedEarly?.[metric]
  if (!answer) return undefined
  delete globalThis.howusedEarly[metric]
  return answer.then((found) => found ?? ask("/stats", view, queryOf(metric, view, {filters, range}), loading.signal))
}

async function loadSummary(signal) {
  last.summary = await ask("/summary", view, {tz: timeZone}, signal)
  await firstShown
  signal.throwIfAborted()
  showSummary()
}

async function loadSparkline(signal) {
  last.sparkline = await ask("/stats", view, {metric: "online", period: "1h", divider: "1m", tz: timeZone}, signal)
  await firstShown
  signal.throwIfAborted()
  page.online.sparkline.show(last.sparkline)
}

// Whether this bot was ever used: asked only while nothing is seen, and no more once something was.
async function checkFirst(signal) {
  const {today, yesterday, topEvents} = last.summary
  const seen = today.uses + yesterday.uses + topEvents.length > 0
    || last.charts.uses?.answer.series.some(({total}) => total > 0)
  if (seen) everUsed = true
  else if (everUsed === null) {
    const ever = await ask("/stats", view, {metric: "uses", period: "700d", divider: "7d", tz: timeZone}, signal)
    everUsed = ever.series.some(({total}) => total > 0)
  }
  showFirst(everUsed === false)
}

function showFirst(waiting) {
  page.main.classList.toggle("waiting", waiting)
  if (!waiting) page.first.replaceChildren()
  else if (!page.first.hasChildNodes()) page.first.append(makeFirst(view.id))
}

function showChart(metric, answer, query) {
  last.charts[metric] = {answer, query}
  const chart = page.charts[metric]
  chart.show(answer, view, query)
  if (firstShown) return
  performance.mark("first-chart")
  // Whatever else has come meanwhile waits for the frame that shows it. A page in the background gets no frames.
  firstShown = Promise.race([
    new Promise((shown) => requestAnimationFrame(() => setTimeout(shown))), new Promise((late) => setTimeout(late, 100))])
}

function showSummary() {
  const {summary} = last
  page.header.setName(summary.bot.name || String(summary.bot.id))
  page.cards.show(summary)
  setText(page.dayNote, noteOf(summary) && ` · ${noteOf(summary)}`)
  page.controls.suggest(summary)
  page.tables.show(summary, view)
  page.online.showWindows(summary.online, view.seconds)
  if (summary.online["120"] !== undefined) page.online.setNow(summary.online["120"])
  if (last.live) showLive()
  else if (summary.online[view.seconds] !== undefined) {
    page.online.show(summary.online[view.seconds], view.seconds)
    document.title = `${number(summary.online[view.seconds])} · ${summary.bot.name || summary.bot.id}`
  }
}

function showLive() {
  page.online.show(last.live.online, view.seconds, last.live.uses)
  if (view.seconds === 120) page.online.setNow(last.live.online)
  if (last.summary) document.title = `${number(last.live.online)} · ${last.summary.bot.name || last.summary.bot.id}`
}

function lose(what, error) {
  lost[what] = error
  showLost()
}

function showLost() {
  const error = lost.charts ?? lost.live
  page.online.setStale(Boolean(lost.live ?? lost.charts))
  if (error) page.header.setState("lost")
  if (!error) page.banner.show("")
  else if (!lost.charts) page.banner.show(t("liveText"))
  else if (!updatedAt) page.banner.show(t("lostEmpty"))
  else page.banner.show(t(error.status ? "storageText" : "lostText", {time: clockExact(updatedAt / 1000)}))
}

// The age is that of the oldest thing seen: everything was asked for at once.
function tick() {
  if (!page.controls) return
  const age = updatedAt === null ? null : Math.round((Date.now() - updatedAt) / 1000)
  page.controls.setUpdated(age === null ? t("updating") : age < 120 ? t("updated", {n: number(age)})
    : t("updatedMinutes", {n: number(Math.floor(age / 60))}))
}

function deny(error) {
  for (const chart of Object.values(page.charts ?? {})) chart.destroy()
  live.stop()
  loading?.abort()
  clearTimeout(next)
  document.title = t("title")
  const header = makeHeader({
    chooseLanguage(name) {
      chooseLanguage(name)
      deny(error)
      page.header.focusLanguage()
    },
    chooseTheme() {},
  })
  page = {header}
  document.body.replaceChildren(header.element, makeDenied(view, error !== null))
}
