// The bot's last events as they come: asked for only while it's open and looked at, and not while it's being read.
import {ApiError, ask} from "./api.js"
import {h, setText} from "./dom.js"
import {PARAMS} from "./link.js"
import {makePanel} from "./panel.js"
import {clockExact, t} from "./text.js"

const EVERY = 2000

export class Feed {
  #app
  #panel
  #list
  #items = new Map()
  #isPaused = false
  #stop = null
  #next = 0

  constructor(app) {
    this.#app = app
    this.#panel = makePanel("feed", () => this.continue())
    const pause = (isPaused) => () => {
      this.#isPaused = isPaused
      this.continue()
    }
    // A finger that scrolls by isn't there to read.
    const byMouse = (action) => (event) => event.pointerType !== "touch" && action()
    this.#list = h("ol", {class: "events-list", tabindex: 0, "aria-label": t("feed"), onfocus: pause(true), onblur: pause(false)})
    this.#panel.body.append(this.#list)
    this.#panel.body.addEventListener("pointerenter", byMouse(pause(true)))
    this.#panel.body.addEventListener("pointerleave", byMouse(pause(false)))
    this.element = this.#panel.element
    this.#panel.start()
  }

  destroy() {
    this.#panel.isOpen = false
    this.continue()
  }

  /** Begins or ends asking: it was opened, closed, looked at, or the page hidden. */
  continue() {
    this.#stop?.abort()
    this.#stop = null
    clearTimeout(this.#next)
    if (!this.#panel.isOpen) return
    if (this.#isPaused) return setText(this.#panel.status, t("paused"))
    setText(this.#panel.status, "")
    if (document.hidden) return
    this.#stop = new AbortController()
    this.#ask(this.#stop.signal)
  }

  async #ask(signal) {
    let wait = EVERY
    try {
      const {events} = await ask("/events", this.#app.view(), {limit: 50}, signal)
      signal.throwIfAborted()
      this.#show(events)
      setText(this.#panel.status, events.length ? "" : t("feedEmpty"))
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof ApiError)) throw error
      setText(this.#panel.status, t("feedLost"))
      wait = Math.max(2 * EVERY, error.retryAfter * 1000)
    }
    this.#next = setTimeout(() => this.#ask(signal), wait)
  }

  #show(events) {
    const before = this.#items
    this.#items = new Map(events.map((event) => [event.id, before.get(event.id) ?? makeItem(event, before.size > 0)]))
    const wanted = [...this.#items.values()]
    if (wanted.length === this.#list.children.length && wanted.every((item, i) => item === this.#list.children[i])) return
    this.#list.replaceChildren(...wanted)
  }
}

function makeItem({time, event, userId, user, ...more}, isFresh) {
  const params = PARAMS.filter((name) => more[name] !== undefined && more[name] !== null && more[name] !== "")
  const who = user ?? userId
  return h("li", {class: isFresh ? "fresh" : null},
    h("time", {datetime: new Date(time).toISOString()}, clockExact(time / 1000)),
    h("span", {class: event === null ? "what old" : "what"}, event ?? t("update")),
    h("span", {class: "params"}, params.map((name) => h("span", {title: t(name)}, h("span", {class: "hidden"}, `${t(name)}: `), more[name]))),
    who === undefined ? null : h("span", {class: "who", title: t("user", {id: who})}, String(who)))
}
