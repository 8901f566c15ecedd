// What the charts show: period, bucket, split, comparison, filters.
import {choice, h, press, setText} from "./dom.js"
import {makeFilter} from "./filterbox.js"
import {DIMENSIONS, isCustom, isFiltered, noFilters} from "./link.js"
import {period, t, words} from "./text.js"
import {readLocal, writeLocal} from "./zone.js"

const PERIODS = ["1h", "24h", "3d", "7d", "30d", "90d", "365d"]

/** `change(patch)` is called with the parts of the view that the reader changed. */
export function makeControls(change, zoomOut) {
  const periods = h("div", {class: "choice-slot"})
  const out = h("button", {type: "button", class: "plain", hidden: true, onclick: (event) => {
    zoomOut()
    // The button is gone; whoever used the keyboard goes on beside it.
    if (event.detail === 0) periods.querySelector("[aria-pressed=true]")?.focus()
  }}, t("zoomOut"))
  const custom = makeRange(change, out)
  const bucket = h("select", {"aria-label": t("bucket"), name: "divider", onchange: () => change({divider: bucket.value})})
  const segment = h("select", {"aria-label": t("segment"), name: "segment", onchange: () => change({segment: segment.value})},
    h("option", {value: ""}, t("none")), DIMENSIONS.map((name) => h("option", {value: name}, t(name))))
  const compare = h("input", {type: "checkbox", name: "compare", onchange: () => change({compare: compare.checked})})
  const compareLabel = h("label", {class: "check"}, compare, h("span", {}, t("compare")))
  const boxes = DIMENSIONS.map((name) => makeFilter(name, change))
  const reset = h("button", {type: "button", class: "plain", hidden: true, onclick: (event) => {
    change({filters: noFilters(), segment: ""})
    if (event.detail === 0) boxes[0].focus()
  }}, t("reset"))
  // Shown on narrow screens only, where the filters would push the charts off the screen.
  const filterRow = h("div", {class: "row filters", id: "filters"}, boxes.map((box) => box.element), reset)
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
      h("div", {class: "row"}, periods, label(t("bucket"), bucket), label(t("segment"), segment), compareLabel, unfold, updated,
        custom.element), filterRow),
    show(view) {
      const current = isCustom(view) ? "custom" : view.period
      const known = PERIODS.includes(view.period) ? PERIODS : [...PERIODS, view.period]
      if (periods.dataset.known !== known.join()) {
        periods.dataset.known = known.join()
        periods.replaceChildren(choice(t("period"), [
          ...known.map((value) => ({value, label: period(value)})), {value: "custom", label: t("custom")},
        ], current, (value) => value === "custom" ? custom.open() : change({period: value, from: null, to: null})))
      }
      press(periods, current)
      custom.show(view)
      out.hidden = !isCustom(view)
      const buckets = ["auto", ...Object.keys(words("bucketNames"))]
      if (!buckets.includes(view.divider)) buckets.push(view.divider)
      bucket.replaceChildren(...buckets.map((value) => h("option", {value}, bucketName(value))))
      bucket.value = view.divider
      segment.value = view.segment
      compare.checked = view.compare && view.segment === ""
      compare.disabled = view.segment !== ""
      compareLabel.title = t(compare.disabled ? "cannotCompare" : "compareLong")
      for (const box of boxes) box.show(view)
      reset.hidden = !isFiltered(view) && view.segment === ""
      if (isFiltered(view)) fold(true)
    },
    /** Offers what was seen today. */
    suggest(summary) {
      for (const box of boxes) {
        const rows = box.name === "event" ? summary.topEvents : summary.topParams[box.name] ?? []
        box.suggest(rows.map(({name}) => name))
      }
    },
    setUpdated(text, isBehind) {
      setText(updated, text)
      updated.classList.toggle("behind", isBehind)
    },
  }
}

function bucketName(value) {
  return value === "auto" ? t("auto") : words("bucketNames")[value] ?? period(value)
}

/** A form that calls `change` with `from` and `to`; `out` is the button that leads back, and stands in it. */
function makeRange(change, out) {
  const field = (name) => h("input", {type: "datetime-local", name, required: true})
  const from = field("from"), to = field("to")
  const element = h("form", {class: "range", hidden: true, onsubmit: (event) => {
    event.preventDefault()
    const [start, end] = [readLocal(from.value), readLocal(to.value)]
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
      element.hidden = !isCustom(view)
      const end = view.to ?? Math.floor(Date.now() / 1000)
      from.value = writeLocal(view.from ?? end - 86400)
      to.value = writeLocal(end)
    },
  }
}
