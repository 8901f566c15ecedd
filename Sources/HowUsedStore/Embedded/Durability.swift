/// What the private Redis promises of an acknowledged event (`appendfsync`).
package enum Durability: String, Sendable, CaseIterable {
  /// Survives a crash of Redis; the system writes to disk when it likes, so a power cut may cost the last half minute.
  case none
  /// Synced each second: a power cut costs at most the last second or two.
  case everysec
  /// Synced before the answer: a power cut costs nothing.
  case always

  /// The value of Redis's `appendfsync`.
  var appendfsync: String { self == .none ? "no" : rawValue }
}
