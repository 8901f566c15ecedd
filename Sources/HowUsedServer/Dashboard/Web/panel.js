// A panel that the reader opens: until then it says what is in it, and nothing is asked for it.
import {h, setText} from "./dom.js"
import {t} from "./text.js"

/** Which are open, also when the page is built again in another language. */
const open = new Set()

/** `changed(isOpen)` is called when the reader opens or closes it; `start` must be called when it can show something. */
export function makePanel(name, changed) {
  const id = `${name}-panel`
  const body = h("div", {class: "panel-body", id, hidden: true})
  const status = h("p", {class: "readout"})
  const tools = h("div", {class: "actions", hidden: true})
  const intro = h("p", {class: "intro"}, t(`${name}Text`))
  const button = h("button", {type: "button", class: "opener", "aria-expanded": "false", "aria-controls": id, onclick: () => set(!panel.isOpen)})
  const set = (isOpen) => {
    panel.isOpen = isOpen
    if (isOpen) open.add(name)
    else open.delete(name)
    body.hidden = tools.hidden = !isOpen
    intro.hidden = isOpen
    panel.element.classList.toggle("open", isOpen)
    button.setAttribute("aria-expanded", String(isOpen))
    button.setAttribute("aria-label", `${t(isOpen ? "close" : "open")}: ${t(name)}`)
    setText(button, t(isOpen ? "close" : "open"))
    setText(status, "")
    changed(isOpen)
  }
  const panel = {
    isOpen: false,
    start() { if (open.has(name)) set(true) },
    body, tools, status,
    element: h("section", {class: `panel ${name}`, "aria-label": t(name)},
      h("header", {}, h("h3", {}, t(name)), status, tools, button), intro, body),
  }
  button.setAttribute("aria-label", `${t("open")}: ${t(name)}`)
  setText(button, t("open"))
  return panel
}
