import DequeModule
package import NIOCore

/// Puts the answers of one connection into the order of its requests, as HTTP pipelining asks (RFC 9112, 9.3.2).
///
/// A value without I/O: a request reserves a slot, an answer fills it, and what may go out now is taken in order.
package struct ResponseOrder {
  private var slots: Deque<ByteBuffer?> = []
  private var firstSlot = 0

  package init() {}

  /// Requests whose answer has not been taken.
  package var outstanding: Int { slots.count }

  package mutating func reserve() -> Int {
    slots.append(nil)
    return firstSlot + slots.count - 1
  }

  /// Fills a slot that `reserve` gave out; a slot already taken is ignored.
  package mutating func fill(_ slot: Int, with response: ByteBuffer) {
    let index = slot - firstSlot
    guard slots.indices.contains(index) else { return }
    slots[index] = response
  }

  /// The next response in order, when it is there.
  package mutating func takeNext() -> ByteBuffer? {
    guard let first = slots.first, let response = first else { return nil }
    slots.removeFirst()
    firstSlot += 1
    return response
  }
}
