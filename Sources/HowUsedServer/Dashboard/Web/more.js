// What stands below the first charts: loaded when these are on the screen.
import {Feed} from "./feed.js"
import {Retention} from "./retention.js"
import {Top} from "./top.js"

/** The panels, when their style sheet is there. `known` is what was answered so far. */
export async function makeMore(app, known) {
  await styled()
  const top = new Top(app, known), retention = new Retention(app), feed = new Feed(app)
  const panels = {top, retention, feed}
  if (known.summary) top.learn(known.summary)
  return {
    elements: Object.fromEntries(Object.entries(panels).map(([name, panel]) => [name, panel.element])),
    load: (name, signal) => panels[name].load(signal),
    learn: (summary) => top.learn(summary),
    changed(view) {
      top.changed(view)
      retention.changed()
    },
    setHidden: () => feed.continue(),
    destroy: () => feed.destroy(),
  }
}

let sheet = null

function styled() {
  return sheet ??= new Promise((resolve) => {
    const link = document.createElement("link")
    link.rel = "stylesheet"
    link.href = new URL("panels.css", import.meta.url)
    // Without it the panels look bare, but work.
    link.onload = link.onerror = resolve
    document.head.append(link)
  })
}
