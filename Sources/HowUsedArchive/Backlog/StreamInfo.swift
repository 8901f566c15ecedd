package import HowUsedModel
package import Redis

/// What Redis says of a stream: the reply to `XINFO STREAM` (redis.io/commands/xinfo-stream).
package struct StreamInfo: Sendable, Equatable {
  /// Entries in it.
  package var length: Int64
  /// The last id that it ever gave out; zero before the first, and where there is no stream.
  package var lastGeneratedID: StreamID
  /// Entries that were ever added to it, those removed since included. It starts over with a stream that was deleted. Nil
  /// before Redis 7.
  package var entriesAdded: Int64?
  /// The oldest and the newest entry's id; nil when there is none.
  package var first: StreamID?
  package var last: StreamID?

  package init(
    length: Int64,
    lastGeneratedID: StreamID,
    entriesAdded: Int64?,
    first: StreamID?,
    last: StreamID?
  ) {
    self.length = length
    self.lastGeneratedID = lastGeneratedID
    self.entriesAdded = entriesAdded
    self.first = first
    self.last = last
  }

  /// Nil when there is no stream.
  ///
  /// - Throws: other errors of Redis, and `EventStreamsError` for a reply without the fields.
  package init?(_ reply: RedisValue) throws {
    if let error = reply.error {
      guard error.message.contains("no such key") else { throw error }
      return nil
    }
    var named: [String: RedisValue] = [:]
    var fields = (reply.array ?? [])[...]
    while let name = fields.popFirst(), let value = fields.popFirst() {
      if let name = name.string { named[name] = value }
    }
    guard
      let length = named["length"]?.int,
      let last = named["last-generated-id"]?.string.flatMap({ StreamID($0) })
    else { throw EventStreamsError.unexpectedReply("XINFO STREAM: no length or no last-generated-id") }
    self.init(
      length: length,
      lastGeneratedID: last,
      entriesAdded: named["entries-added"]?.int,
      first: Self.id(named["first-entry"]),
      last: Self.id(named["last-entry"])
    )
  }

  private static func id(_ entry: RedisValue?) -> StreamID? {
    entry?.array?.first?.string.flatMap { StreamID($0) }
  }
}
