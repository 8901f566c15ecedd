package import NIOCore

/// Puts the answers of one connection into the order of its requests, as HTTP pipelining asks (RFC 9112, 9.3.2).
///
/// A value without I/O: a request reserves a slot, an answer fills it, and what may go out now is taken in order. Nearly
/// always there is one slot, and filling it costs no more than keeping the answer.
package struct ResponseOrder {
  /// The next slot to be reserved, and the oldest one without an answer.
  private var nextSlot = 0
  private var firstSlot = 0
  /// Slots before this one were taken.
  private var takenSlot = 0
  /// The answers in order that weren't taken.
  private var ready: ByteBuffer?
  /// Answers that came before an earlier request's.
  private var early: [Int: ByteBuffer] = [:]

  package init() {}

  /// Requests whose answer has not been taken.
  package var outstanding: Int { nextSlot - takenSlot }

  package mutating func reserve() -> Int {
    defer { nextSlot += 1 }
    return nextSlot
  }

  /// Fills a slot that `reserve` gave out; one already filled in order is ignored.
  package mutating func fill(_ slot: Int, with response: ByteBuffer) {
    guard slot == firstSlot else {
      if slot > firstSlot, slot < nextSlot { early[slot] = response }
      return
    }
    add(response)
    while !early.isEmpty, let response = early.removeValue(forKey: firstSlot) { add(response) }
  }

  private mutating func add(_ response: ByteBuffer) {
    firstSlot += 1
    if ready == nil { ready = response } else { ready?.writeImmutableBuffer(response) }
  }

  /// All that may go out now; nil when that's nothing.
  package mutating func take() -> ByteBuffer? {
    takenSlot = firstSlot
    return ready.take()
  }
}
