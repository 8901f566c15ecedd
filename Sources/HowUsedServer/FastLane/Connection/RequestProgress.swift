/// What the decoder has made of a handed-over connection's bytes: for the deadline of the next head.
final class RequestProgress {
  /// Heads that were read.
  var heads = 0
  /// A head was read, and not its request's end.
  var isWithinRequest = false
}

@available(*, unavailable)
extension RequestProgress: Sendable {}
