// How many are online now, the last hour of it, and the cards of today and yesterday.
import {choice, h, press, setText, svg} from "./dom.js"
import {clock, counted, number, percent, t} from "./text.js"

const WINDOWS = [60, 120, 300, 600]
/** Up to so many people are counted one by one. */
const EXACT = 1000
const CARDS = [["users", "users"], ["uses", "uses"], ["new", "new"], ["online", "peakOnline"]]

export function makeOnline(chooseWindow) {
  const count = h("strong", {class: "count", id: "online"}, "–")
  const caption = h("span", {class: "caption"})
  const uses = h("span", {class: "uses"})
  const counts = new Map()
  const windows = choice(t("window"), WINDOWS.map((value) => {
    const n = h("b", {}, "")
    counts.set(value, n)
    return {value, label: h("span", {}, counted("minutes", value / 60), " ", n)}
  }), null, (value) => chooseWindow(value), "windows")
  const sparkline = makeSparkline()
  const element = h("section", {class: "online", "aria-labelledby": "online-title"},
    h("div", {class: "now"}, h("h2", {id: "online-title"}, t("onlineNow")), count, caption, uses), windows, sparkline.element)
  return {
    element,
    sparkline,
    /** Counts by window, `{"60": n, …}`, all of the same moment; which one was chosen; the uses of the last minute, if known. */
    show(online, seconds, lastMinute) {
      press(windows, seconds)
      for (const [window, element] of counts) if (online[window] !== undefined) setText(element, number(online[window]))
      const chosen = online[seconds]
      if (chosen !== undefined) {
        setText(count, number(chosen))
        setText(caption, t("inLast", {count: chosen, window: counted("minutesLong", seconds / 60)}))
      }
      if (lastMinute !== undefined) setText(uses, counted("usesMinute", lastMinute))
      // The sparkline is of two minutes whatever window was chosen.
      if (online[120] !== undefined) sparkline.setNow(online[120])
    },
    setStale: (stale) => element.classList.toggle("stale", stale),
  }
}

function makeSparkline() {
  const width = 600, height = 100
  const area = svg("path", {class: "area"})
  const line = svg("path", {class: "line"})
  const dot = h("i", {class: "dot"})
  const low = h("span", {class: "low"}), high = h("span", {class: "high"})
  const image = svg("svg", {viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img"}, area, line)
  let values = [], times = [], now = null
  function draw() {
    if (values.length < 2) return
    const shown = now === null ? values : [...values.slice(0, -1), Math.max(values.at(-1), now)]
    const top = Math.max(...shown), bottom = Math.min(...shown)
    const y = (value) => height - 4 - (value / Math.max(top, 1)) * (height - 10)
    const points = shown.map((value, i) => `${(i / (shown.length - 1) * width).toFixed(1)},${y(value).toFixed(1)}`)
    line.setAttribute("d", `M${points.join("L")}`)
    area.setAttribute("d", `M0,${height}L${points.join("L")}L${width},${height}Z`)
    dot.style.top = `${(y(shown.at(-1)) / height * 100).toFixed(2)}%`
    image.setAttribute("aria-label", t("sparkline", {low: number(bottom), high: number(top), now: number(shown.at(-1))}))
    setText(low, clock(times[0]))
    setText(high, `${t("lastHour")} · ${t("peak", {n: number(top)})}`)
  }
  return {
    element: h("figure", {class: "sparkline"}, h("div", {class: "canvas"}, image, dot),
      h("figcaption", {"aria-hidden": "true"}, low, high, h("span", {}, t("now")))),
    show(answer) {
      times = answer.time
      values = answer.series[0]?.values ?? answer.time.map(() => 0)
      draw()
    },
    setNow(online) {
      now = online
      draw()
    },
  }
}

export function makeCards() {
  const cards = CARDS.map(([word, key]) => {
    const today = h("strong", {"data-today": key}, "–")
    const before = h("p", {class: "before"})
    const yesterday = h("span", {"data-yesterday": key})
    const change = makeChange(key), changeYesterday = makeChange(null)
    return {key, today, before, yesterday, change, changeYesterday, element: h("div", {class: "card"},
      h("div", {}, h("h3", {}, t(word)), h("p", {class: "today"}, today, change)),
      h("div", {}, before, h("p", {class: "yesterday"}, yesterday, " ", changeYesterday)))}
  })
  return {
    element: h("section", {class: "cards", "aria-label": t("summary")}, cards.map((card) => card.element)),
    show({today, yesterday, approximate}) {
      for (const card of cards) {
        const {key} = card
        const text = (n) => approximate && key === "users" && n > EXACT ? t("about", {n: number(n)}) : number(n)
        setText(card.today, text(today[key]))
        setText(card.before, t("byThisTime", {n: text(today.comparedWith[key])}))
        setText(card.yesterday, t("yesterday", {n: text(yesterday[key])}))
        showChange(card.change, today.change[key], "change", "noChange")
        showChange(card.changeYesterday, yesterday.change[key], "changeWhole", "noChangeWhole")
      }
    },
  }
}

// The arrow is the sign for the eye, the spoken text for the ear.
const makeChange = (key) =>
  h("span", {class: "change", "data-change": key}, h("span", {"aria-hidden": "true"}), h("span", {class: "hidden"}))

function showChange(element, ratio, word, same) {
  const known = typeof ratio === "number"
  const spoken = known ? ratio === 0 ? t(same) : t(word, {change: percent(ratio, true)}) : ""
  setText(element.firstChild, known ? (ratio === 0 ? "±" : "") + percent(Math.abs(ratio)) : "")
  setText(element.lastChild, spoken)
  element.title = spoken
  element.dataset.sign = known ? Math.sign(ratio) : 0
}
