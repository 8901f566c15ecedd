package import HowUsedModel
package import HowUsedStore

/// What the statistics of one partition are kept in. Names are stored data: never change what is here, only add.
///
/// For a bot with 100,000 users a day, who do five things each (measured figures are in the tests): uses take a row of a
/// few hundred bytes per bucket, so about 1 MB for 48 hours of minutes; users are most of it: some 20 bytes for each that
/// waits, and the packed ids and HyperLogLogs, 12 KB at most for each bucket and dimension that many use; a known user is about
/// 20 bytes.
///
/// A bot's counters belong to a *generation*, which is part of their names, so that a rebuild prepares the next one
/// beside the living one and swaps it in by changing one number. Inside of a generation `g` of bot `b`
/// (prefix `hu:{p07}:stats:b:g:`; `r` is m, h or d and `n` the bucket's number):
///
/// | key | type | holds |
/// |---|---|---|
/// | `u<r><n>` | hash | combination (see ``Combination``) → uses; `\x1e` → uses of those beyond the limit |
/// | `q<r><n>` | hash | `t` → uses, `v` → deprecated updates, `n` → new users, `w` → bytes of `w<r><n>`, `f` → how often it was folded, dimension (see ``Dimension``) → users |
/// | `w<r><n>` | list | visits that aren't in `q<r><n>` yet (see ``WaitingVisits``) |
/// | `s<r><n>:<dimension>` | string | the users of a dimension that don't fit into the hash: ``PackedUsers`` or a HyperLogLog |
/// | `k<n>` | hash | user id → registration time; buckets of a linear hash table, small enough to stay packed |
/// | `i` | hash | `users`: how many users are known; `buckets`: how many `k<n>` there are |
package struct StatisticsKeys: Sendable {
  /// The start of every name: `hu:{p07}:stats:`.
  package let prefix: String
  private let schema: KeySchema
  private let partition: Partition

  package init(_ schema: KeySchema, _ partition: Partition) {
    self.schema = schema
    self.partition = partition
    prefix = schema.statistics(partition)
  }

  /// String: the ID through which the partition's events are counted.
  package var position: String { schema.statisticsPosition(partition) }

  /// String that expires within an hour: who makes the users known that are new after a position.
  static func claim(on position: String) -> String { position + ":claim" }

  /// Hash: bot → the generation of its counters, from 1. Every bot that has statistics is here.
  package var generations: String { prefix + "generations" }

  /// Hash: bot → the event name that its deprecated updates count as.
  package var updates: String { prefix + "updates" }

  /// Hash: bot → the latest bucket (`h489312`) in which it had more combinations or dimensions than are counted.
  package var overflow: String { prefix + "overflow" }

  /// All hashes of the living statistics that have a field for each bot.
  var byBot: [String] { schema.statisticsByBot(partition) }

  /// Hash: bot → the generation that a rebuild fills. Its position is ``rebuildPosition``.
  package var rebuildGenerations: String { prefix + "rebuild:generations" }
  package var rebuildPosition: String { prefix + "rebuild:position" }

  /// String that expires: who rebuilds.
  package var rebuildLock: String { prefix + "rebuild:lock" }

  /// The start of all of a bot's names, whichever generation.
  package func bot(_ bot: BotID) -> String { schema.statisticsPrefix(partition, bot) }

  package func generation(_ bot: BotID, _ generation: Int64) -> String { "\(self.bot(bot))\(generation):" }

  /// Hash: bucket's number → the highest online count in it. It was observed, and can't be counted again from events,
  /// so it belongs to no generation.
  package func peaks(_ bot: BotID, _ resolution: Resolution, bucket: Int64) -> String {
    "\(self.bot(bot))peak:\(resolution.letter)\(bucket / resolution.peaksPerKey)"
  }
}

/// The names of one generation of one bot.
package struct GenerationKeys: Sendable {
  package let prefix: String

  package init(prefix: String) { self.prefix = prefix }

  package func uses(_ resolution: Resolution, _ bucket: Int64) -> String { "\(prefix)u\(resolution.letter)\(bucket)" }

  package func users(_ resolution: Resolution, _ bucket: Int64) -> String { "\(prefix)q\(resolution.letter)\(bucket)" }

  package func members(_ resolution: Resolution, _ bucket: Int64) -> String {
    "\(prefix)s\(resolution.letter)\(bucket):"
  }

  package func visits(_ resolution: Resolution, _ bucket: Int64) -> String { "\(prefix)w\(resolution.letter)\(bucket)" }

  package var info: String { "\(prefix)i" }
}
