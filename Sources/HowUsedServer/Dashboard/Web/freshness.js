// How far what is shown was counted. An answer says through which moment everything that arrived is in it; the live
// messages say what time it is on the server, as the reader's clock may be wrong.

/** Milliseconds behind that nobody needs to be told. */
const SMALL = 3000
/** Milliseconds after which there should have been another answer. */
const EXPECTED = 8000

export class Freshness {
  #asOf = null
  #answeredAt = 0
  /** What is to be added to our clock to get the server's; null until it was heard. */
  #offset = null

  /** `time` is the server's, in unix milliseconds. */
  heard(time) {
    if (Number.isFinite(time)) this.#offset = time - Date.now()
  }

  /** `asOf` in unix milliseconds, the earliest of all that is shown. */
  answered(asOf) {
    if (!Number.isFinite(asOf)) return
    this.#asOf = asOf
    this.#answeredAt = Date.now()
  }

  /** The time on the server, as far as it was heard: unix milliseconds. */
  get now() { return Date.now() + (this.#offset ?? 0) }

  /** Milliseconds behind, 0 if that's nothing to speak of. */
  get behind() {
    if (this.#asOf === null) return 0
    const now = Date.now(), offset = this.#offset ?? 0
    const wasBehind = this.#offset !== null && this.#answeredAt + offset - this.#asOf > SMALL
    return wasBehind || now - this.#answeredAt > EXPECTED ? Math.max(now + offset - this.#asOf, 0) : 0
  }

  /** Unix milliseconds through which everything was counted; null before the first answer. */
  get through() { return this.#asOf }
}
