package import HowUsedModel
package import Redis
import Synchronization

/// Reads the partitions' streams for those in this process who follow them, the archive and the statistics. They want the
/// same entries within a second or two of each other, so that what one of them has read is kept for the other.
///
/// Nothing is kept longer than the connection over which it was read: a Redis that was restarted may have lost entries.
package final class StreamReader: Sendable {
  /// How many entries are read at once: Redis answers nobody else for about 0.2 ms then.
  package static let pageSize = 500
  /// How long it's kept: both look once a second, and may be late.
  static let keptTime = Duration.seconds(3)

  private struct Page {
    let entries: StreamEntries
    let after: StreamID
    let connection: Int
    let readAt: ContinuousClock.Instant
  }

  private struct Kept {
    var pages: [Partition: [Page]] = [:]
    var bytes = 0

    /// Removes what nobody came for.
    mutating func removeOld(before time: ContinuousClock.Instant, _ partition: Partition) {
      let old = pages[partition]?.prefix { $0.readAt < time } ?? []
      guard !old.isEmpty else { return }
      bytes -= old.reduce(0) { $0 + $1.entries.size }
      pages[partition]?.removeFirst(old.count)
    }
  }

  package let client: RedisClient
  private let keys: KeySchema
  private let kept = Mutex(Kept())
  private let keptBytes: Int

  /// - Parameters:
  ///   - client: best on an event loop that serves no requests: pages of events are copied there.
  ///   - keptBytes: how much is kept at most, about, of all partitions; the rest is read twice. 0 for a single reader.
  package init(client: RedisClient, keys: KeySchema, keptBytes: Int = 0) {
    self.client = client
    self.keys = keys
    self.keptBytes = keptBytes
  }

  /// Up to `count` entries after `position`, up to `end` if one is given, as Redis has them now.
  package func read(
    _ partition: Partition,
    after position: StreamID,
    through end: StreamID? = nil,
    count: Int
  ) async throws -> StreamEntries {
    let command = command(partition, after: position, through: end, count: count)
    return try await client.query(command) { try Self.entries($0, of: count) }
  }

  /// The entries after a position, for who follows a partition: a page that the other reader has read, or else up to
  /// `count` of what Redis has now.
  package func next(_ partition: Partition, after position: StreamID, count: Int) async throws -> StreamEntries {
    try await next([(partition, position)], count: count).first ?? StreamEntries()
  }

  /// The same for several partitions: of short pages many in one round trip.
  package func next(
    _ positions: [(partition: Partition, after: StreamID)],
    count: Int
  ) async throws -> [StreamEntries] {
    guard keptBytes > 0 else { return try await read(positions, count) }
    let connection = client.connectionNumber
    var found = positions.map { take($0.partition, after: $0.after, connection) }
    let missing = positions.indices.filter { found[$0] == nil }
    for (index, entries) in zip(missing, try await read(missing.map { positions[$0] }, count)) {
      found[index] = entries
      if client.connectionNumber == connection {
        keep(
          Page(entries: entries, after: positions[index].after, connection: connection, readAt: .now),
          positions[index].partition
        )
      }
    }
    return found.compactMap { $0 }
  }

  private func read(_ positions: [(partition: Partition, after: StreamID)], _ count: Int) async throws
    -> [StreamEntries]
  {
    var found: [StreamEntries] = []
    // Redis carries out all commands that it has of a connection before it looks at another one.
    let together = max(1, Self.pageSize / count)
    for start in stride(from: 0, to: positions.count, by: together) {
      let commands = positions[start..<min(start + together, positions.count)].map {
        command($0.partition, after: $0.after, count: count)
      }
      found += try await client.query(commands) { try Self.entries($0, of: count) }
    }
    return found
  }

  private func command(
    _ partition: Partition,
    after position: StreamID,
    through end: StreamID? = nil,
    count: Int
  ) -> RedisCommand {
    RedisCommand("XRANGE", keys.events(partition), "(\(position)", end?.description ?? "+", "COUNT", count)
  }

  private static func entries(_ reply: borrowing RedisReply, of count: Int) throws -> StreamEntries {
    var entries = try StreamEntries(reply)
    entries.isEnd = entries.count < count
    return entries
  }

  // MARK: What is kept

  /// A page serves one other reader.
  private func take(_ partition: Partition, after position: StreamID, _ connection: Int) -> StreamEntries? {
    kept.withLock { kept in
      let found = kept.pages[partition]?.firstIndex { page in
        page.connection == connection && page.after <= position && position < page.entries.last ?? .zero
      }
      guard let found, let page = kept.pages[partition]?.remove(at: found) else { return nil }
      kept.bytes -= page.entries.size
      var entries = page.entries.after(position)
      entries.isEnd = false
      return entries
    }
  }

  private func keep(_ page: Page, _ partition: Partition) {
    guard page.entries.count > 0 else { return }
    kept.withLock { kept in
      kept.removeOld(before: page.readAt - Self.keptTime, partition)
      guard kept.bytes + page.entries.size <= keptBytes else { return }
      kept.bytes += page.entries.size
      kept.pages[partition, default: []].append(page)
    }
  }
}

/// Who reads the events' streams from a position of its own. The trimmer never removes what one of them hasn't finished.
package protocol StreamConsumer: Sendable {
  /// A short lower-case word for logs and `/health`: "archive", "statistics".
  var name: String { get }

  /// The ID through which everything of the partition is finished for good (it survives a crash of everyone);
  /// nil when nothing is. Throws when it can't be known now; then nothing is trimmed.
  func finishedThrough(_ partition: Partition) async throws -> StreamID?
}
