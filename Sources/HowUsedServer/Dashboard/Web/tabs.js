// Tabs by the ARIA Authoring Practices: one stop of the Tab key, arrows move between them.
import {h} from "./dom.js"

/** `choose` takes the name of a tab; `panel` is the id of what they switch. */
export function makeTabs(label, panel, choose) {
  const element = h("div", {class: "choice tabs", role: "tablist", "aria-label": label, onkeydown: (event) => {
    const tabs = [...element.children]
    const at = tabs.indexOf(document.activeElement)
    const go = {ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1}[event.key]
    if (at < 0 || go === undefined) return
    event.preventDefault()
    const tab = tabs[(go + tabs.length) % tabs.length]
    tab.focus()
    choose(tab.dataset.name)
  }})
  return {
    element,
    /** `tabs` are `{name, label}`. */
    show(tabs, current) {
      const wanted = tabs.map(({name}) => name).join()
      if (element.dataset.tabs !== wanted) {
        const focused = element.contains(document.activeElement) ? document.activeElement.dataset.name : null
        element.dataset.tabs = wanted
        element.replaceChildren(...tabs.map(({name, label}) => h("button", {
          type: "button", role: "tab", "data-name": name, "aria-controls": panel, onclick: () => choose(name),
        }, label)))
        if (focused) [...element.children].find((tab) => tab.dataset.name === focused)?.focus()
      }
      for (const tab of element.children) {
        tab.setAttribute("aria-selected", String(tab.dataset.name === current))
        tab.tabIndex = tab.dataset.name === current ? 0 : -1
      }
    },
  }
}
