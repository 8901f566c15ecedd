/// How the ``Aggregator`` paces itself.
package struct AggregatorConfiguration: Sendable {
  /// From the beginning of one look at the streams to that of the next. What is looked at together is counted together,
  /// and each look costs something for each bot, however little it sent.
  package var interval: Duration = .seconds(1)
  /// How many entries of each partition are read in the first round trip of a look. All of them together keep Redis busy
  /// for about 0.2 ms.
  package var firstPage = 32
  /// How often online counts are looked at for the peaks.
  package var peakInterval: Duration = .seconds(5)
  /// Entries in the smallest of each partition's caches, a power of two; 56 bytes for each when all are full.
  package var cacheSize = 1 << 16

  /// Bots without an event for that long aren't asked for their online count any more.
  static let activeMilliseconds: Int64 = 180_000

  package init() {}
}
