package import HowUsedModel
package import HowUsedStore
package import Redis

/// Asks the streams how much of them waits for one of their consumers, wherever that one runs. What it costs doesn't
/// depend on how much that is.
package actor BacklogReader {
  private let client: RedisClient
  private let keys: KeySchema
  private var numbers: [Partition: EntryNumbers] = [:]
  private var connection = -1

  /// For one consumer: what it learns at each look depends on the consumer's positions.
  package init(client: RedisClient, keys: KeySchema) {
    self.client = client
    self.keys = keys
  }

  /// - Parameter positions: the last entry of each partition that the consumer has finished with, there or not any more.
  ///   Of a partition that isn't in it everything waits.
  /// - Throws: `RedisClientError`, `RedisServerError`, `EventStreamsError`.
  package func read(_ positions: [Partition: StreamID]) async throws -> [Partition: StreamBacklog] {
    if client.connectionNumber != connection {
      // It may be another Redis, or one that lost entries.
      connection = client.connectionNumber
      numbers = [:]
    }
    let partitions = keys.partitions
    var commands: [RedisCommand] = [["TIME"]]
    for partition in partitions {
      let key = keys.events(partition)
      // In this order: what waits is then within what the stream is said to hold.
      commands.append(["XRANGE", key, "(\(positions[partition] ?? .zero)", "+", "COUNT", 1])
      commands.append(["XINFO", "STREAM", key])
    }
    let replies = try await client.pipeline(commands)
    guard replies.count == commands.count else { throw EventStreamsError.unexpectedReply("a pipeline") }
    let now = try Self.milliseconds(replies[0])
    var backlogs: [Partition: StreamBacklog] = [:]
    for (index, partition) in partitions.enumerated() {
      backlogs[partition] = try backlog(
        partition,
        behind: positions[partition] ?? .zero,
        range: replies[1 + 2 * index],
        info: replies[2 + 2 * index],
        now: now
      )
    }
    return backlogs
  }

  private func backlog(
    _ partition: Partition,
    behind position: StreamID,
    range: RedisValue,
    info: RedisValue,
    now: Int64
  ) throws -> StreamBacklog {
    if let error = range.error { throw error }
    guard let info = try StreamInfo(info) else {
      numbers[partition] = nil
      return StreamBacklog()
    }
    guard let entry = range.array?.first else {
      numbers[partition, default: EntryNumbers()].record(info)
      return StreamBacklog()
    }
    guard let next = entry.array?.first?.string.flatMap({ StreamID($0) }) else {
      throw EventStreamsError.unexpectedReply("XRANGE: an entry without an id")
    }
    let entries = numbers[partition, default: EntryNumbers()].waiting(behind: position, next: next, info)
    var age = now - Int64(clamping: next.milliseconds)
    // An id that is ahead of Redis's clock, since that was set back, says nothing.
    if age < 0 {
      let seen = numbers[partition]?.seen(behind: position)
      age = seen.map { Int64($0.duration(to: .now) / .milliseconds(1)) } ?? 0
    }
    return StreamBacklog(ageMilliseconds: age, entries: entries)
  }

  /// - Parameter time: the reply to `TIME`: seconds, and microseconds within.
  private static func milliseconds(_ time: RedisValue) throws -> Int64 {
    if let error = time.error { throw error }
    guard let parts = time.array, parts.count == 2, let seconds = parts[0].int, let microseconds = parts[1].int else {
      throw EventStreamsError.unexpectedReply("TIME")
    }
    return seconds * 1000 + microseconds / 1000
  }
}

/// How much of the streams waits for one of their consumers.
package struct StreamBacklog: Sendable, Equatable {
  /// How old the oldest waiting entry is, in milliseconds: by its id, or where that is ahead of Redis's clock by how long it
  /// has been seen waiting. 0 when nothing waits, and never less.
  package var ageMilliseconds: Int64 = 0
  /// How many entries wait; 0 only when none does. See ``EntryNumbers`` for how exact it is.
  package var entries: Int64 = 0

  package init(ageMilliseconds: Int64 = 0, entries: Int64 = 0) {
    self.ageMilliseconds = ageMilliseconds
    self.entries = entries
  }

  /// Of several partitions together: all entries, and the oldest one's age.
  package init(_ partitions: some Sequence<StreamBacklog>) {
    for backlog in partitions {
      ageMilliseconds = max(ageMilliseconds, backlog.ageMilliseconds)
      entries += backlog.entries
    }
  }
}
