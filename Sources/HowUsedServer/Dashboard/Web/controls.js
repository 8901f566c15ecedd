// What the charts show: period, bucket, filters, split.
import {choice, h, press, setText} from "./dom.js"
import {isFiltered, PARAMS} from "./link.js"
import {period, seriesName, t, words} from "./text.js"

const PERIODS = ["1h", "24h", "3d", "7d", "30d", "90d", "365d"]

/** `change(patch)` is called with the parts of the view that the reader changed. */
export function makeControls(change, zoomOut) {
  const periods = h("div", {class: "choice-slot"})
  const out = h("button", {type: "button", class: "plain", hidden: true, onclick: (event) => {
    zoomOut()
    // The button is gone; whoever used the keyboard goes on beside it.
    if (event.detail === 0) periods.querySelector("[aria-pressed=true]")?.focus()
  }}, t("zoomOut"))
  const custom = makeCustomRange(change, out)
  const bucket = h("select", {"aria-label": t("bucket"), name: "divider", onchange: () => change({divider: bucket.value})})
  const segment = h("select", {"aria-label": t("segment"), name: "segment", onchange: () => change({segment: segment.value})},
    h("option", {value: ""}, t("none")), ["event", ...PARAMS].map((name) => h("option", {value: name}, t(name))))
  const events = makeEventFilter(change)
  const params = PARAMS.map((name) => makeParamFilter(name, change))
  const reset = h("button", {type: "button", class: "plain", hidden: true, onclick: (event) => {
    change({events: [], params: Object.fromEntries(PARAMS.map((name) => [name, ""])), segment: ""})
    if (event.detail === 0) events.focus()
  }}, t("reset"))
  // Shown on narrow screens only, where the filters would push the charts off the screen.
  const filterRow = h("div", {class: "row filters", id: "filters"}, events.element, params.map((param) => param.element), reset)
  const unfold = h("button", {type: "button", class: "plain unfold", "aria-controls": "filters", onclick: () => fold(!filterRow.classList.contains("open"))},
    t("filters"))
  const fold = (open) => {
    filterRow.classList.toggle("open", open)
    unfold.setAttribute("aria-expanded", String(open))
  }
  fold(false)
  const updated = h("span", {class: "updated"})
  const label = (text, control) => h("label", {}, h("span", {}, text), control)

  return {
    element: h("section", {class: "controls", "aria-label": t("controls"), id: "charts"},
      h("div", {class: "row"}, periods, label(t("bucket"), bucket), label(t("segment"), segment), unfold, updated, custom.element), filterRow),
    show(view) {
      const current = view.from === null ? view.period : "custom"
      const known = PERIODS.includes(view.period) ? PERIODS : [...PERIODS, view.period]
      if (periods.dataset.known !== known.join()) {
        periods.dataset.known = known.join()
        periods.replaceChildren(choice(t("period"), [
          ...known.map((value) => ({value, label: period(value)})), {value: "custom", label: t("custom")},
        ], current, (value) => value === "custom" ? custom.open() : change({period: value, from: null, to: null})))
      }
      press(periods, current)
      custom.show(view)
      out.hidden = view.from === null
      const buckets = ["auto", ...Object.keys(words("bucketNames"))]
      if (!buckets.includes(view.divider)) buckets.push(view.divider)
      bucket.replaceChildren(...buckets.map((value) => h("option", {value}, bucketName(value))))
      bucket.value = view.divider
      segment.value = view.segment
      events.show(view)
      for (const param of params) param.show(view)
      reset.hidden = !isFiltered(view) && view.segment === ""
      if (isFiltered(view)) fold(true)
    },
    /** Offers what was seen today. */
    suggest(summary) {
      events.suggest(summary.topEvents.map(({name}) => name))
      for (const param of params) param.suggest((summary.topParams[param.name] ?? []).map(({name}) => name))
    },
    setUpdated: (text) => setText(updated, text),
  }
}

function bucketName(value) {
  return value === "auto" ? t("auto") : words("bucketNames")[value] ?? period(value)
}

function makeCustomRange(change, out) {
  const field = (name) => h("input", {type: "datetime-local", name, required: true})
  const from = field("from"), to = field("to")
  const element = h("form", {class: "range", hidden: true, onsubmit: (event) => {
    event.preventDefault()
    const [start, end] = [from, to].map((input) => Math.floor(new Date(input.value).getTime() / 1000))
    if (start < end) change({from: start, to: end})
    else to.focus()
  }}, h("label", {}, h("span", {}, t("from")), from), h("label", {}, h("span", {}, t("to")), to), h("button", {}, t("show")), out)
  return {
    element,
    open() {
      element.hidden = false
      from.focus()
    },
    show(view) {
      if (element.contains(document.activeElement)) return
      element.hidden = view.from === null
      const end = view.to ?? Math.floor(Date.now() / 1000)
      from.value = local(view.from ?? end - 86400)
      to.value = local(end)
    },
  }
}

// What a datetime-local field takes: the viewer's time without a zone.
function local(seconds) {
  const date = new Date(seconds * 1000)
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function makeEventFilter(change) {
  const list = h("datalist", {id: "events"})
  const chips = h("span", {class: "chips"})
  const input = h("input", {type: "text", list: "events", name: "event", placeholder: t("addEvent"), "aria-label": t("event"),
    autocomplete: "off", maxlength: 200})
  let chosen = []
  const add = () => {
    const names = input.value.split(",").map((name) => name.trim()).filter((name) => name && !chosen.includes(name))
    input.value = ""
    if (names.length) change({events: [...chosen, ...names]})
  }
  input.addEventListener("change", add)
  // A choice from the list counts at once; typing counts at Enter or when the field is left.
  input.addEventListener("input", (event) => { if (!event.inputType || event.inputType === "insertReplacementText") add() })
  input.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && input.value === "" && chosen.length) change({events: chosen.slice(0, -1)})
  })
  return {
    element: h("label", {class: "filter events"}, h("span", {}, t("event")), h("span", {class: "box"}, chips, input), list),
    suggest: (names) => fillList(list, names),
    focus: () => input.focus(),
    show(view) {
      const hadFocus = chips.contains(document.activeElement)
      chosen = view.events
      chips.replaceChildren(...chosen.map((name) => h("button", {
        type: "button", class: "chip", "aria-label": t("remove", {name}), onclick: (event) => {
          event.preventDefault()
          change({events: chosen.filter((other) => other !== name)})
        },
      }, name, h("span", {"aria-hidden": "true"}, " ×"))))
      if (hadFocus) input.focus()
      input.placeholder = chosen.length ? "" : t("addEvent")
    },
  }
}

function makeParamFilter(name, change) {
  const list = h("datalist", {id: name})
  const input = h("input", {type: "search", list: name, name, placeholder: t("anyValue"), "aria-label": t(name),
    autocomplete: "off", maxlength: 256})
  let current = ""
  const apply = () => {
    const value = input.value.trim()
    if (value !== current) change({param: {name, value}})
  }
  input.addEventListener("change", apply)
  input.addEventListener("search", apply)
  return {
    name,
    element: h("label", {class: "filter"}, h("span", {}, t(name)), input, list),
    suggest: (names) => fillList(list, names),
    show(view) {
      current = view.params[name]
      input.value = current
      input.classList.toggle("set", current !== "")
    },
  }
}

function fillList(list, names) {
  const wanted = names.filter((name) => name !== "" && name !== "__other__")
  if (list.dataset.names === wanted.join("\0")) return
  list.dataset.names = wanted.join("\0")
  list.replaceChildren(...wanted.map((name) => h("option", {value: name}, seriesName(name) === name ? null : seriesName(name))))
}
