package import NIOCore

/// Puts the answers of one connection into the order of its requests, as HTTP pipelining asks (RFC 9112, 9.3.2).
///
/// A value without I/O: a request reserves a place, an answer fills it, and what may go out now is taken in order. Nearly
/// always there is one place, and filling it costs no more than keeping the answer.
package struct ResponseOrder {
  /// The next place to be reserved, and the oldest one without an answer.
  private var nextPlace = 0
  private var firstPlace = 0
  /// Places before this one were taken.
  private var takenPlace = 0
  /// The answers in order that weren't taken.
  private var ready: ByteBuffer?
  /// Answers that came before an earlier request's.
  private var early: [Int: ByteBuffer] = [:]

  package init() {}

  /// Requests whose answer has not been taken.
  package var outstanding: Int { nextPlace - takenPlace }

  package mutating func reserve() -> Int {
    defer { nextPlace += 1 }
    return nextPlace
  }

  /// Fills a place that `reserve` gave out; one already filled in order is ignored.
  package mutating func fill(_ place: Int, with response: ByteBuffer) {
    guard place == firstPlace else {
      if place > firstPlace, place < nextPlace { early[place] = response }
      return
    }
    add(response)
    while !early.isEmpty, let response = early.removeValue(forKey: firstPlace) { add(response) }
  }

  private mutating func add(_ response: ByteBuffer) {
    firstPlace += 1
    if ready == nil { ready = response } else { ready?.writeImmutableBuffer(response) }
  }

  /// All that may go out now; nil when that's nothing.
  package mutating func take() -> ByteBuffer? {
    takenPlace = firstPlace
    return ready.take()
  }
}
