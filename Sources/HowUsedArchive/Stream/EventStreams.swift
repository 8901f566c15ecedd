package import HowUsedModel
package import HowUsedStore
package import Redis

/// The partitions' streams in Redis, as the archive uses them.
package struct EventStreams: Sendable {
  package let client: RedisClient
  package let keys: KeySchema
  private let reader: StreamReader

  /// - Parameter reader: who reads for others, too; nil: one of its own.
  package init(client: RedisClient, keys: KeySchema, reader: StreamReader? = nil) {
    self.client = client
    self.keys = keys
    self.reader = reader ?? StreamReader(client: client, keys: keys)
  }

  /// The entries after `position`: about `count` of them, as this process's readers have them.
  package func page(_ partition: Partition, after position: StreamID, count: Int) async throws -> StreamPage {
    try await page(partition, after: position, count: count) { cursor, wanted in
      try await reader.next(partition, after: cursor, count: wanted)
    }
  }

  /// The entries after `position` and up to `end`, at most `count` of them, as Redis has them now.
  package func page(
    _ partition: Partition,
    after position: StreamID,
    through end: StreamID?,
    count: Int
  ) async throws -> StreamPage {
    try await page(partition, after: position, count: count) { cursor, wanted in
      try await reader.read(partition, after: cursor, through: end, count: wanted)
    }
  }

  private func page(
    _ partition: Partition,
    after position: StreamID,
    count: Int,
    from read: (_ after: StreamID, _ count: Int) async throws -> StreamEntries
  ) async throws -> StreamPage {
    var composer = LineComposer(partition: partition)
    var cursor = position
    while composer.page.entries < count {
      let entries = try await read(cursor, min(count - composer.page.entries, StreamReader.pageSize))
      composer.add(entries)
      cursor = entries.last ?? cursor
      if entries.isEnd { return composer.finish(isEnd: true) }
    }
    return composer.finish(isEnd: false)
  }

  /// The last id that the stream ever gave out; nil if there is no stream.
  package func lastGeneratedID(_ partition: Partition) async throws -> StreamID? {
    let replies = try await client.pipeline([RedisCommand("XINFO", "STREAM", keys.events(partition))])
    return try StreamInfo(replies.first ?? .null)?.lastGeneratedID
  }

  /// Makes sure that the stream gives out no id up to `id` any more: Redis may have lost its tail, and a new event
  /// must never sort before an archived one.
  ///
  /// - Returns: whether the stream was behind.
  package func advance(_ partition: Partition, to id: StreamID) async throws -> Bool {
    guard id > .zero else { return false }
    let key = keys.events(partition)
    let last = try await lastGeneratedID(partition)
    if let last, last >= id { return false }
    if last == nil {
      // The only ways to make an empty stream are by a group or by adding and removing an entry.
      let group = "hu-init"
      _ = try await client.pipeline([
        RedisCommand("XGROUP", "CREATE", key, group, "$", "MKSTREAM"),
        RedisCommand("XGROUP", "DESTROY", key, group),
      ])
    }
    do {
      _ = try await client.send("XSETID", key, id.description)
    } catch let error as RedisServerError where error.message.contains("smaller than the target stream top item") {
      // New events came meanwhile, with greater ids.
    }
    return true
  }

  /// Changes whenever Redis was started anew or another one took its place.
  package func runID() async throws -> String {
    let info = RedisInfo(try await client.send("INFO", "server"))
    guard let id = info["run_id"] else { throw EventStreamsError.unexpectedReply("INFO server: no run_id") }
    return id
  }
}

/// Redis answered something else than its documentation says.
package enum EventStreamsError: Error, Sendable, Equatable, CustomStringConvertible {
  case unexpectedReply(String)

  package var description: String {
    switch self {
    case .unexpectedReply(let what): "unexpected reply of Redis to \(what)"
    }
  }
}
