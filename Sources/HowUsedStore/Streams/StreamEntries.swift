package import HowUsedModel
import Redis

/// Consecutive entries of a partition's stream, copied out of Redis's reply and parsed: the text of each id and its fragment
/// behind each other, where they end, and where the fragment's parts are.
package struct StreamEntries: Sendable {
  private struct Entry {
    let id: StreamID
    let idEnd: Int
    let end: Int
    let event: ArchivedEvent?
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// The first of `entries` that counts.
  private var start = 0
  /// Whether there was nothing behind them when they were read just now.
  package internal(set) var isEnd = true

  package init() {}

  /// From the reply to XRANGE, where an entry is `[id, [field, value, …]]`. Ours have the one field `e`; every other entry
  /// is kept without an event, so that reading goes on behind it.
  ///
  /// - Throws: `protocolError` when an entry has no id.
  init(_ reply: borrowing RedisReply) throws(RedisClientError) {
    entries.reserveCapacity(reply.count)
    bytes.reserveCapacity(reply.count * 160)
    try reply.forEach { entry throws(RedisClientError) in try append(entry) }
  }

  private mutating func append(_ entry: borrowing RedisReply) throws(RedisClientError) {
    let id = entry.withElement(0) { text in
      text.withBytes { text in
        bytes.append(contentsOf: text)
        return StreamID(bytes: text)
      }
    }
    guard let id = id ?? nil else { throw .protocolError("XRANGE: an entry without an id") }
    let idEnd = bytes.count
    let event = entry.withElement(1) { fields -> ArchivedEvent? in
      guard fields.count == 2, fields.withElement(0, { $0.withBytes(Self.isFieldName) }) == true else { return nil }
      return fields.withElement(1) { value in
        value.withBytes { fragment in
          bytes.append(contentsOf: fragment)
          return ArchivedEvent(fragment: fragment)
        }
      } ?? nil
    }
    entries.append(Entry(id: id, idEnd: idEnd, end: bytes.count, event: event ?? nil))
  }

  private static func isFieldName(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let name = EventFragment.fieldName
    return bytes.elementsEqual(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }

  package var count: Int { entries.count - start }
  package var first: StreamID? { count > 0 ? entries[start].id : nil }
  package var last: StreamID? { count > 0 ? entries.last?.id : nil }
  /// Memory that they take, about.
  var size: Int { bytes.count + entries.count * MemoryLayout<Entry>.stride }

  /// Those behind `id`.
  func after(_ id: StreamID) -> StreamEntries {
    var rest = self
    rest.start = entries[start...].partitioningIndex { $0.id > id }
    return rest
  }

  /// Calls `body` with the entries from `index` on, until it returns false. Returns the index behind the last one.
  package func forEach(from index: Int = 0, _ body: (StreamEntry) -> Bool) -> Int {
    bytes.withUnsafeBytes { bytes in
      var next = start + index
      while next < entries.count {
        let begin = next == 0 ? 0 : entries[next - 1].end
        let entry = entries[next]
        next += 1
        let isWanted = body(
          StreamEntry(
            id: entry.id,
            idText: UnsafeRawBufferPointer(rebasing: bytes[begin..<entry.idEnd]),
            fragment: UnsafeRawBufferPointer(rebasing: bytes[entry.idEnd..<entry.end]),
            event: entry.event
          )
        )
        if !isWanted { break }
      }
      return next - start
    }
  }
}

/// An entry of a stream, lent by ``StreamEntries``: its bytes are there during the call only.
package struct StreamEntry {
  package let id: StreamID
  package let idText: UnsafeRawBufferPointer
  /// See ``EventFragment``.
  package let fragment: UnsafeRawBufferPointer
  /// What the fragment says; nil when it isn't one of ours.
  package let event: ArchivedEvent?
}
