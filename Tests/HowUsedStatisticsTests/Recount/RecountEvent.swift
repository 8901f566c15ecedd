import HowUsedModel

/// An event that was acknowledged, as far as statistics care.
struct RecountEvent: Hashable, Sendable {
  var id: StreamID
  var bot: Int64
  var user: Int64
  /// When it happened, in unix milliseconds. Backfilled events have an earlier time than their id.
  var time: Int64
  /// Nil: a deprecated update.
  var name: String?
  /// Always three; "" is an absent one.
  var params: [String] = ["", "", ""]
  /// The registration time that came with it, in unix seconds.
  var sentRegistration: Int64?

  /// Unix minutes.
  var minute: Int64 { time / 60_000 }
}
