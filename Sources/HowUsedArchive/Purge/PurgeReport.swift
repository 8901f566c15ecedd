/// What came of taking a bot out of the archive.
package struct PurgeReport: Sendable, Equatable {
  /// Segments looked at.
  package var segments = 0
  /// Segments that held events of the bot.
  package var rewritten = 0
  /// Events removed.
  package var events = 0
  /// Files that were left as they are, because they are damaged: they may hold events of the bot.
  package var problems: [SegmentDamage] = []

  package init() {}
}
