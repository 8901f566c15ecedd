package import HowUsedModel
package import HowUsedStore
package import Redis

/// The partitions' streams in Redis, as the archive uses them.
package struct EventStreams: Sendable {
  package let client: RedisClient
  package let keys: KeySchema

  package init(client: RedisClient, keys: KeySchema) {
    self.client = client
    self.keys = keys
  }

  /// A line as most bots make them; only a first guess at how much memory a page takes.
  private static let expectedLineBytes = 192

  /// How many entries are read at once: Redis answers nobody else for about 0.2 ms then.
  private static let pieceEntries = 500

  /// The entries after `position`, at most `count` of them, up to `end` if one is given.
  package func page(
    _ partition: Partition,
    after position: StreamID,
    through end: StreamID? = nil,
    count: Int
  ) async throws -> StreamPage {
    var page = StreamPage()
    while page.entries < count {
      let wanted = min(count - page.entries, Self.pieceEntries)
      let piece = try await piece(partition, after: page.last ?? position, through: end, count: wanted)
      page.append(piece)
      if piece.entries < wanted { break }
    }
    return page
  }

  private func piece(
    _ partition: Partition,
    after position: StreamID,
    through end: StreamID?,
    count: Int
  ) async throws -> StreamPage {
    let command = RedisCommand(
      "XRANGE",
      keys.events(partition),
      "(\(position)",
      end?.description ?? "+",
      "COUNT",
      count
    )
    return try await client.query(command) { reply in
      var composer = LineComposer(partition: partition, expectedBytes: reply.count * Self.expectedLineBytes)
      try reply.forEach { entry throws(EventStreamsError) in try Self.add(entry, to: &composer) }
      return composer.finish()
    }
  }

  /// An entry is `[id, [field, value, …]]`; ours have the one field `e`.
  private static func add(_ entry: borrowing RedisReply, to composer: inout LineComposer) throws(EventStreamsError) {
    let done = try entry.withElement(0) { id throws(EventStreamsError) in
      try id.withBytes { idText throws(EventStreamsError) in
        guard let parsed = StreamID(digits: idText) else { throw .unexpectedReply("XRANGE: an entry without an id") }
        let added = entry.withElement(1) { fields in
          guard fields.count == 2, fields.withElement(0, { $0.isFieldName }) == true else { return false }
          return fields.withElement(1) { value in
            value.withBytes { composer.add(idText: idText, id: parsed, fragment: $0) }
            return true
          } ?? false
        }
        if added != true { composer.addForeign(parsed) }
        return true
      }
    }
    guard done == true else { throw .unexpectedReply("XRANGE: an entry without an id") }
  }

  /// The last id that the stream ever gave out; nil if there is no stream.
  package func lastGeneratedID(_ partition: Partition) async throws -> StreamID? {
    do {
      let reply = try await client.send("XINFO", "STREAM", keys.events(partition))
      var fields = (reply.array ?? [])[...]
      while let name = fields.popFirst(), let value = fields.popFirst() {
        if name.string == "last-generated-id" { return value.string.flatMap { StreamID($0) } }
      }
      throw EventStreamsError.unexpectedReply("XINFO STREAM: no last-generated-id")
    } catch let error as RedisServerError where error.message.contains("no such key") {
      return nil
    }
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

  /// Entries in the stream, archived or not.
  package func length(_ partition: Partition) async throws -> Int {
    let reply = try await client.send("XLEN", keys.events(partition))
    return Int(reply.int ?? 0)
  }

  /// Changes whenever Redis was started anew or another one took its place.
  package func runID() async throws -> String {
    let info = try await client.send("INFO", "server").string ?? ""
    for line in info.split(whereSeparator: \.isNewline) where line.hasPrefix("run_id:") {
      return String(line.dropFirst("run_id:".count))
    }
    throw EventStreamsError.unexpectedReply("INFO server: no run_id")
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

extension RedisReply {
  fileprivate var isFieldName: Bool {
    withBytes { bytes in
      var at = 0
      return bytes.has(EventFragment.fieldName, at: &at) && at == bytes.count
    }
  }
}
