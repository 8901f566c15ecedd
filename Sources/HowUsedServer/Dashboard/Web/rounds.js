// Asks again and again for what is in view, and for nothing while nobody looks.
import {ApiError, backoff} from "./api.js"

const EVERY = 5000
/** Milliseconds between two rounds at least. */
const REST = 1000

export class Rounds {
  #sources = new Map()
  #told
  #running = null
  #next = 0
  #failures = 0
  #observer = new IntersectionObserver((entries) => { for (const entry of entries) this.#moved(entry) }, {rootMargin: "200px 0px"})

  /** `done` is called when a round is over, with the earliest of what its answers counted through (unix milliseconds, or
   * undefined) and the round's signal; `lost` with the error of one that failed. `now` gives the server's time in unix
   * milliseconds; `bot` whose page it is. */
  constructor(told) {
    this.#told = told
  }

  /**
   * `load(signal)` asks, shows the answer, and gives its `asOf`. A source is asked for while its element is in view, or
   * always if it has none; an eager one also for a new question, so that it's there when the reader comes to it.
   */
  add(name, load, {eager = true} = {}) {
    this.#sources.set(name, {load, eager, inView: eager, element: null, at: -Infinity, asked: null})
  }

  /** The element of a source, or its new one. */
  watch(name, element) {
    const source = this.#sources.get(name)
    if (source.element) {
      this.#observer.unobserve(source.element)
      // It doesn't show yet what the one before showed.
      if (!source.eager) source.at = -Infinity
    }
    source.element = element
    this.#observer.observe(element)
  }

  /** There is a new question: what isn't in view and not eager is asked for when it comes into view. */
  renew() {
    for (const source of this.#sources.values()) source.at = -Infinity
    return this.#run((source) => source.eager || source.inView)
  }

  refresh() { return this.#run((source) => source.inView) }

  /** Asks for one source outside of the rounds, if it's in view. */
  async ask(name) {
    const source = this.#sources.get(name)
    if (!this.#running || !source.inView) return
    const {signal} = this.#running
    try {
      await this.#load(source, signal)
    } catch (error) {
      if (!signal.aborted) this.#fail(error)
    }
  }

  stop() {
    this.#running?.abort()
    this.#running = null
    clearTimeout(this.#next)
  }

  async #run(isDue) {
    this.stop()
    const {signal} = this.#running = new AbortController()
    try {
      const due = [...this.#sources.values()].filter(isDue)
      const answers = await Promise.all(due.map((source) => this.#load(source, signal)))
      signal.throwIfAborted()
      await this.#told.done(Math.min(...answers.filter(Number.isFinite)), signal)
      signal.throwIfAborted()
      this.#failures = 0
    } catch (error) {
      if (!signal.aborted) this.#fail(error)
      return
    }
    if (!document.hidden) this.#next = setTimeout(() => this.refresh(), this.#wait)
  }

  // All pages of a bot ask at about the same moment, so that the server has to find one answer for all of them.
  get #wait() {
    const hash = [...this.#told.bot()].reduce((sum, character) => Math.imul(sum + character.charCodeAt(0), 0x9e3779b1), 0)
    const phase = (hash >>> 0) / 2 ** 32 * EVERY
    const wait = EVERY - (((this.#told.now() - phase) % EVERY) + EVERY) % EVERY
    return wait < REST ? wait + EVERY : wait
  }

  async #load(source, signal) {
    source.asked = signal
    try {
      const answer = await source.load(signal)
      source.at = performance.now()
      return answer
    } finally {
      if (source.asked === signal) source.asked = null
    }
  }

  #fail(error) {
    if (!(error instanceof ApiError)) throw error
    this.stop()
    this.#told.lost(error)
    // What is wrong with the link doesn't pass by itself, and a page that nobody looks at waits until somebody does.
    if (error.status !== 401 && !document.hidden) this.#next = setTimeout(() => this.renew(), backoff(this.#failures++, error.retryAfter))
  }

  #moved({target, isIntersecting}) {
    for (const [name, source] of this.#sources) {
      if (source.element !== target) continue
      source.inView = isIntersecting
      const isAsked = source.asked && !source.asked.aborted
      if (isIntersecting && !isAsked && performance.now() - source.at > EVERY) this.ask(name)
    }
  }
}
