// The filter by one dimension: chosen values as chips, a field that adds one, and whether they are asked for or left out.
import {h, setText} from "./dom.js"
import {LIMIT, NOTHING} from "./link.js"
import {t} from "./text.js"

/** What can be stored is shorter than this, in any alphabet. */
const LONGEST = {event: 50, param: 256}

/** `change` is called with `{filter: {name, list}}`. */
export function makeFilter(name, change) {
  const isEvent = name === "event"
  const suggestions = h("datalist", {id: `${name}-values`})
  const chips = h("span", {class: "chips"})
  const input = h("input", {
    type: "text", list: suggestions.id, name, "aria-label": t(name), autocomplete: "off",
    // Several events may be typed at once.
    maxlength: isEvent ? LONGEST.event * 10 : LONGEST.param,
  })
  const sense = h("button", {type: "button", class: "sense", hidden: true, onclick: () => apply({...list, not: !list.not})})
  let list = NOTHING
  const apply = (next) => change({filter: {name, list: next.values.length ? next : NOTHING}})
  const add = () => {
    const typed = input.value.trim()
    const isKnown = [...suggestions.children].some(({value}) => value === typed)
    const parts = isEvent && !isKnown ? typed.split(",").map((part) => part.trim()) : [typed]
    const values = [...new Set([...list.values, ...parts.filter(Boolean)])].slice(0, LIMIT)
    input.value = ""
    if (values.length > list.values.length) apply({...list, values})
  }
  input.addEventListener("change", add)
  // A choice from the list counts at once; typing counts at Enter or when the field is left.
  input.addEventListener("input", (event) => { if (!event.inputType || event.inputType === "insertReplacementText") add() })
  input.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && input.value === "" && list.values.length) apply({...list, values: list.values.slice(0, -1)})
  })
  const chip = (value) => h("button", {
    type: "button", class: "chip", "data-value": value, "aria-label": t("remove", {name: value}), title: value,
    onclick: () => apply({...list, values: list.values.filter((other) => other !== value)}),
  }, h("span", {}, value), h("span", {"aria-hidden": "true"}, " ×"))
  const box = h("span", {class: "box"}, sense, chips, input)
  return {
    name,
    element: h("div", {class: `filter ${isEvent ? "events" : ""}`}, h("span", {"aria-hidden": "true"}, t(name)), box, suggestions),
    focus: () => input.focus(),
    suggest(names) {
      const wanted = names.filter((value) => value !== "" && value !== "__other__")
      if (suggestions.dataset.names === wanted.join("\0")) return
      suggestions.dataset.names = wanted.join("\0")
      suggestions.replaceChildren(...wanted.map((value) => h("option", {value})))
    },
    show(view) {
      const hadFocus = chips.contains(document.activeElement)
      list = view.filters[name]
      const isSet = list.values.length > 0
      chips.replaceChildren(...list.values.map(chip))
      box.classList.toggle("not", list.not)
      sense.hidden = !isSet
      setText(sense, t(list.not ? "isNot" : "is"))
      sense.setAttribute("aria-pressed", String(list.not))
      sense.setAttribute("aria-label", t("exclude", {name: t(name)}))
      sense.title = t("exclude", {name: t(name)})
      input.placeholder = isSet ? t("addMore") : t(isEvent ? "addEvent" : "anyValue")
      if (hadFocus) input.focus()
    },
  }
}
