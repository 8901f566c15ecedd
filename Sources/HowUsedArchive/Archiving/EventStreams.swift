package import HowUsedModel
package import HowUsedStore
internal import NIOCore
package import Redis

/// The partitions' streams in Redis, as the archive uses them. The way of an event to its file begins here:
///
/// 1. `EventStreams` reads a page of entries and makes archive lines of them.
/// 2. A ``LineBatch`` holds such lines, of one UTC day.
/// 3. `ArchiverEngine` asks for the next page while the last one is written.
/// 4. `ArchiveWriter`, on its own thread, adds batches to the partition's open part, and decides when that is full.
/// 5. ``SegmentWriter`` compresses each batch to a frame, writes and syncs it. When the part is full, ``PartitionLog`` makes
///    it a sealed segment.
///
/// How far all that has come, `ArchiveProgress` knows, and nobody else.
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

  /// Some consecutive entries of a partition's stream, as archive lines.
  package struct Page: Sendable, Equatable {
    /// One for each UTC day of the entries' ids.
    package var batches: [LineBatch] = []
    /// How many entries the page had, foreign ones included.
    package var entries = 0
    /// The last entry's id; nil for an empty page.
    package var last: StreamID?
    /// Entries that are not events of ours: they are not archived.
    package var foreign: [StreamID] = []
    /// Whether there was nothing behind it when it was read.
    package var isEnd = true

    package init() {}

    /// The events in it.
    package var count: Int { batches.reduce(0) { $0 + $1.count } }

    /// The ids of its events, ascending.
    var ids: [StreamID] {
      var ids: [StreamID] = []
      ids.reserveCapacity(count)
      forEach { line, _ in ids.append(line.id) }
      return ids
    }

    /// Calls `body` with each event's line, without its newline, in the order of the ids.
    func forEach(_ body: (ArchiveLine, UnsafeRawBufferPointer) -> Void) {
      for batch in batches {
        batch.bytes.withUnsafeReadableBytes { bytes in
          ArchiveLine.forEach(in: bytes) { line in
            if let parsed = ArchiveLine(line) { body(parsed, line) }
          }
        }
      }
    }
  }

  /// The entries after `position`: about `count` of them, as this process's readers have them.
  ///
  /// - Parameter isShared: whether the statistics want the same entries soon; if not, nothing is kept for them.
  package func page(
    _ partition: Partition,
    after position: StreamID,
    count: Int,
    isShared: Bool = true
  ) async throws -> Page {
    try await page(partition, after: position, count: count) { cursor, wanted in
      if isShared { return try await reader.next(partition, after: cursor, count: wanted) }
      return try await reader.read(partition, after: cursor, count: wanted)
    }
  }

  /// The entries after `position` and up to `end`, at most `count` of them, as Redis has them now.
  package func page(
    _ partition: Partition,
    after position: StreamID,
    through end: StreamID?,
    count: Int
  ) async throws -> Page {
    try await page(partition, after: position, count: count) { cursor, wanted in
      try await reader.read(partition, after: cursor, through: end, count: wanted)
    }
  }

  private func page(
    _ partition: Partition,
    after position: StreamID,
    count: Int,
    from read: (_ after: StreamID, _ count: Int) async throws -> StreamEntries
  ) async throws -> Page {
    var page = Page()
    page.isEnd = false
    var lines = LineBatchBuilder(maximumBytes: .max)
    var writer = ArchiveLineWriter(partition)
    while page.entries < count, !page.isEnd {
      let entries = try await read(page.last ?? position, min(count - page.entries, StreamReader.pageSize))
      lines.reserve(entries.count * ArchiveLineWriter.expectedBytes)
      _ = entries.forEach { entry in
        if let event = entry.event {
          lines.append(entry, time: event.time, as: &writer)
        } else {
          page.foreign.append(entry.id)
        }
        return true
      }
      page.entries += entries.count
      page.last = entries.last ?? page.last
      page.isEnd = entries.isEnd
    }
    page.batches = lines.finish()
    return page
  }

  /// The last id that the stream ever gave out; nil if there is no stream.
  package func lastGeneratedID(_ partition: Partition) async throws -> StreamID? {
    let replies = try await client.pipeline([RedisCommand("XINFO", "STREAM", keys.events(partition))])
    return try StreamInfo(replies.first ?? .null)?.lastGeneratedID
  }

  /// Makes sure that the stream gives out no id up to `id` any more, since Redis may have lost its tail and a new event must
  /// never sort before an archived one; and marks it, so that who deletes it is found out.
  ///
  /// - Returns: whether the stream was behind.
  package func claim(_ partition: Partition, _ claim: StreamClaim, through id: StreamID) async throws -> Bool {
    let reply = try await client.send(StreamScripts(keys, partition).forward(to: id, claim: claim))
    guard let forwarded = StreamScripts.Forwarded(reply) else { throw EventStreamsError.unexpectedReply("forward.lua") }
    return forwarded.before < id
  }

  /// Whether the stream still is the one that was claimed, and its ids have not gone back.
  /// - Parameter position: an id that it has given out, or that it was set to.
  package func isClaimed(
    _ partition: Partition,
    _ claim: StreamClaim,
    through position: StreamID
  ) async throws -> Bool {
    let key = keys.events(partition)
    let replies = try await client.pipeline([["XINFO", "STREAM", key], ["XINFO", "GROUPS", key]])
    guard let info = try StreamInfo(replies.first ?? .null), info.lastGeneratedID >= position else { return false }
    if let error = replies.last?.error {
      // Deleted between the two.
      guard error.message.contains("no such key") else { throw error }
      return false
    }
    return replies.last?.array?.contains { $0.fields["name"]?.string == claim.group } ?? false
  }

  /// Some of the entries up to `end`, as Redis has them now.
  func entries(_ partition: Partition, after position: StreamID, through end: StreamID) async throws -> StreamEntries {
    try await reader.read(partition, after: position, through: end, count: StreamReader.pageSize)
  }

  /// Gives events new ids, each once.
  /// - Returns: how many of them were still there.
  func move(_ events: [MisplacedEvent], _ partition: Partition) async throws -> Int {
    Int(try await client.send(StreamScripts(keys, partition).move(events)).int ?? 0)
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
