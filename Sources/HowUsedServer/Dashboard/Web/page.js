// Builds the page in the current language.
import {Chart} from "./chart.js"
import {makeControls} from "./controls.js"
import {h, setText} from "./dom.js"
import {makeBanner, makeHeader} from "./header.js"
import {METRICS} from "./loads.js"
import {makeCards, makeOnline} from "./overview.js"
import {t} from "./text.js"
import {isFallback, ownZone, timeZone} from "./zone.js"

/** A series keeps its colour while the page is open, whatever its rank. */
const colors = {
  known: new Map(),
  of(name) {
    if (name === "__other__" || name === "__unattributed__") return "--series-other"
    if (!this.known.has(name)) this.known.set(name, `--series-${this.known.size % 10}`)
    return this.known.get(name)
  },
}
const activeColors = {of: (name) => ({daily: "--series-0", weekly: "--series-2", monthly: "--series-1"}[name] ?? "--series-other")}
/** The series that the legends hide: of the split charts, and of the one that isn't split. */
const hidden = new Set(), hiddenActive = new Set()

/** `app` is what the reader can do: `change`, `choose`, `zoom`, `zoomOut`, `redraw`, `chooseWindow`, `chooseLanguage`, … */
export function makePage(app) {
  const header = makeHeader({chooseLanguage: app.chooseLanguage, chooseTheme: app.redraw})
  const banner = makeBanner()
  const {zoom, zoomOut} = app
  const toggleIn = (names) => (name) => {
    if (!names.delete(name)) names.add(name)
    app.redraw()
  }
  const split = {colors, hidden, zoom, zoomOut, toggle: toggleIn(hidden), sync: "howused"}
  // Its days aren't the other charts' time, so it has a crosshair of its own.
  const active = {colors: activeColors, hidden: hiddenActive, zoom, zoomOut, toggle: toggleIn(hiddenActive)}
  const charts = Object.fromEntries(METRICS.map((metric) => [metric, new Chart(metric, metric === "active" ? active : split)]))
  const online = makeOnline(app.chooseWindow)
  const cards = makeCards()
  const controls = makeControls(app.change, app.zoomOut)
  const first = h("div", {class: "slot"})
  const zone = h("span"), dayNote = h("span")
  const spoken = h("p", {class: "hidden", role: "status"})
  // Their places are kept, so that nothing moves when they come.
  const places = {retention: h("div", {class: "place"}), top: h("div", {class: "place"}), feed: h("div", {class: "place"})}
  const main = h("main", {}, h("a", {class: "skip", href: "#charts"}, t("skip")), banner.element,
    h("div", {class: "overview"}, online.element, cards.element), first, controls.element,
    h("div", {class: "charts"}, METRICS.map((metric) => charts[metric].element), places.retention),
    h("p", {class: "hint"}, h("span", {class: "by-mouse"}, t("dragToZoom")), h("span", {class: "by-touch"}, t("tapToRead")),
      zone, dayNote), h("div", {class: "panels"}, places.top, places.feed), spoken)
  document.body.replaceChildren(header.element, main)
  document.title = t("title")

  const page = {
    header, banner, charts, online, cards, controls, main, first, spoken,
    /** What is loaded after the first chart; null until then. */
    more: null,
    async addMore(makeMore, known) {
      const more = await makeMore(app, known)
      for (const [name, place] of Object.entries(places)) place.replaceWith(more.elements[name])
      page.more = more
    },
    forgetHidden: () => hidden.clear(),
    showNotes(note) {
      setText(zone, ` · ${isFallback() ? t("zoneUnknown", {own: ownZone}) : t("zone", {zone: timeZone()})}`)
      setText(dayNote, note && ` · ${note}`)
    },
    destroy() {
      for (const chart of Object.values(charts)) chart.destroy()
      page.more?.destroy()
    },
  }
  header.expectName()
  page.showNotes("")
  return page
}
