/// How much the unfinished requests of one event loop's connections may hold together. A stranger who sends many large
/// bodies and never ends them takes no more than this; small requests need nothing of it.
final class BodyBudget {
  /// Bytes that each connection may hold besides: more than an event has.
  static let free = 16 * 1024

  /// Bytes for all.
  let limit: Int
  private(set) var held = 0

  init(limit: Int) { self.limit = limit }

  /// What one connection holds of it.
  struct Share {
    fileprivate var bytes = 0
  }

  /// Tells how many bytes a connection holds now. Returns false, and keeps what the share was, if they are too many.
  func update(_ share: inout Share, bytes: Int) -> Bool {
    let wanted = max(0, bytes - Self.free)
    guard wanted != share.bytes else { return true }
    guard wanted < share.bytes || held + wanted - share.bytes <= limit else { return false }
    held += wanted - share.bytes
    share.bytes = wanted
    return true
  }
}

@available(*, unavailable)
extension BodyBudget: Sendable {}
