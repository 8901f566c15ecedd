// The chart page: what is seen, what happens when the reader changes it, and when the connection is lost.
import {setText} from "./dom.js"
import {Freshness} from "./freshness.js"
import {makeHeader} from "./header.js"
import {DEFAULTS, readLink, toggled, writeLink} from "./link.js"
import {Loads} from "./loads.js"
import {makePage} from "./page.js"
import {Rounds} from "./rounds.js"
import {chooseLanguage, clockExact, number, startLanguage, t} from "./text.js"

let view = readLink(location.search)
let page = null
let updatedAt = null
/** What went wrong last, while it does: an `ApiError`, or true for a live connection that waits for the storage. */
const lost = {charts: null, live: null}
const fresh = new Freshness()
/** Whether the reader asked for something else, and is to hear what came. */
let announcing = false

const loads = new Loads({
  view: () => view,
  page: () => page,
  showFirst: (waiting) => showFirst(waiting),
})

const rounds = new Rounds({
  bot: () => view.id,
  now: () => fresh.now,
  async done(asOf, signal) {
    updatedAt = Date.now()
    fresh.answered(asOf)
    lose("charts", null)
    if (announcing) setText(page.spoken, Object.values(page.charts).map((chart) => chart.heading).join(". "))
    announcing = false
    tick()
    await loads.checkFirst(signal)
  },
  lost(error) {
    if (error.status === 401) return deny(error)
    lose("charts", error)
  },
})

/** Listens to /live; loaded after the first answers. */
let live = null

await startLanguage()
// The questions go out before the page is built, which takes about as long as the answers do.
loads.addTo(rounds)
const answered = view.id && view.token ? rounds.renew() : null
if (answered) {
  build()
  answered.then(listen)
  setInterval(tick, 1000)
} else deny(null)

addEventListener("popstate", () => {
  const {id, token} = view
  view = readLink(location.search)
  if (view.id !== id || view.token !== token) return location.reload()
  loads.showOnline()
  changed()
})
document.addEventListener("visibilitychange", () => {
  if (!page.main) return
  page.more?.setHidden(document.hidden)
  if (document.hidden) {
    live?.stop()
    rounds.stop()
  } else {
    live?.start(view)
    rounds.renew()
  }
})
addEventListener("online", () => page.main && !document.hidden && rounds.renew())
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw)

// Makes the whole page in the current language, and shows what is known.
function build() {
  page?.destroy()
  page = makePage({
    change, choose, zoom, zoomOut, redraw,
    view: () => view,
    ask: (name) => rounds.ask(name),
    chooseWindow(seconds) {
      view.seconds = Number(seconds)
      history.pushState(null, "", writeLink(view))
      loads.showOnline()
    },
    async chooseLanguage(name) {
      await chooseLanguage(name)
      build()
      page.header.focusLanguage()
    },
  })
  page.controls.show(view)
  loads.watch(rounds)
  loads.showKnown()
  showLost()
  tick()
  const built = page
  loads.firstChart.then(async () => {
    const {makeMore} = await import("./more.js").catch(() => ({}))
    if (makeMore && page === built) await loads.addMore(makeMore, rounds)
  })
}

function change(patch) {
  const {filter, ...rest} = patch
  Object.assign(view, rest)
  if (filter) view.filters = {...view.filters, [filter.name]: filter.list}
  // A bucket that was chosen for another period would give one bar, or thousands.
  if (("period" in patch || "from" in patch) && !("divider" in patch)) view.divider = DEFAULTS.divider
  if ("segment" in patch) page.forgetHidden()
  history.pushState(null, "", writeLink(view))
  changed()
}

function changed() {
  page.controls.show(view)
  for (const chart of Object.values(page.charts)) chart.wait()
  page.more?.changed(view)
  announcing = true
  rounds.renew()
}

// A name in a table was clicked: it is chosen, or left out with `not`, or no more of either.
function choose(name, value, not) {
  change({filter: {name, list: toggled(view.filters[name], value, not)}})
}

function zoom(from, to) {
  if (to - from < 120 || (from === view.from && to === view.to)) return
  change({from: Math.floor(from), to: Math.ceil(to)})
}

function zoomOut() {
  if (view.from !== null || view.to !== null) change({from: null, to: null})
}

function redraw() {
  for (const chart of Object.values(page.charts ?? {})) chart.draw()
}

async function showFirst(isWaiting) {
  const {main, first} = page
  main.classList.toggle("waiting", isWaiting)
  if (!isWaiting) return first.replaceChildren()
  const {makeFirst} = await import("./states.js")
  // It may have come meanwhile, too.
  if (main.classList.contains("waiting") && !first.hasChildNodes()) first.append(makeFirst(view.id))
}

async function listen() {
  const {Live} = await import("./live.js").catch(() => ({}))
  // The network was lost meanwhile.
  if (!Live) return setTimeout(listen, 2000)
  live ??= new Live({
    receive(event) {
      const isBack = lost.live && lost.charts
      loads.known.live = event
      fresh.heard(event.time)
      if (lost.live) lose("live", null)
      page.header.setState(lost.charts ? "lost" : "live")
      loads.showOnline()
      // The first event of all, or the storage is back: don't wait for the next round.
      if (isBack || (loads.isUnused && Object.values(event.windows ?? {}).some((n) => n > 0))) rounds.renew()
    },
    wait: () => lose("live", true),
    lose: (error) => lose("live", error),
    refuse: deny,
  })
  if (page.main && !document.hidden) live.start(view)
}

function lose(what, error) {
  lost[what] = error
  showLost()
}

function isWaiting(error) {
  return error === true || error?.status === 503
}

function showLost() {
  const error = lost.charts ?? lost.live
  page.online.setStale(Boolean(lost.live ?? lost.charts))
  for (const chart of Object.values(page.charts)) chart.announce(isWaiting(error) ? t("waitingChart") : "")
  if (error) page.header.setState(isWaiting(error) ? "waiting" : "lost")
  page.banner.show(error ? bannerText(error) : "")
}

function bannerText(error) {
  if (!lost.charts) return t(isWaiting(error) ? "liveWaiting" : "liveText")
  const kind = isWaiting(error) ? "waiting" : error.status ? "storage" : "lost"
  if (updatedAt) return t(`${kind}Text`, {time: clockExact(updatedAt / 1000)})
  return t({waiting: "waitingEmpty", storage: "refusedEmpty", lost: "lostEmpty"}[kind])
}

function tick() {
  if (!page.controls) return
  const seconds = Math.round(fresh.behind / 1000)
  page.controls.setUpdated(fresh.through === null ? t("updating")
    : seconds === 0 ? t("through", {time: clockExact(fresh.through / 1000)})
      : seconds < 120 ? t("behind", {n: number(seconds)}) : t("behindMinutes", {n: number(Math.floor(seconds / 60))}),
  seconds > 0)
}

async function deny(error) {
  page?.destroy?.()
  live?.stop()
  rounds.stop()
  document.title = t("title")
  const header = makeHeader({
    async chooseLanguage(name) {
      await chooseLanguage(name)
      await deny(error)
      page.header.focusLanguage()
    },
    chooseTheme() {},
  })
  page = {header}
  const {makeDenied} = await import("./states.js")
  document.body.replaceChildren(header.element, makeDenied(view, error !== null))
}
