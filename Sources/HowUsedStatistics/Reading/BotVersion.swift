/// Which events of a bot are counted, and as what. As long as it's the same every answer is, too.
struct BotVersion: Hashable, Sendable {
  /// How often something changed but by more events: files, names, removals.
  var changes: UInt64 = 0
  /// How many events were counted since then, at least.
  var arrivals: UInt64 = 0
}
