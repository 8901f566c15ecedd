package import HowUsedModel
package import Redis

/// Entries of a stream, copied out of Redis's reply: their fragments behind each other, and where each ends.
package struct EventPage: Sendable {
  private var bytes: [UInt8] = []
  private var entries: [(id: StreamID, end: Int)] = []

  package init() {}

  /// From the reply to XRANGE. An entry without a readable id or field is kept without a fragment, so that reading goes on
  /// behind it.
  package init(_ reply: borrowing RedisReply) {
    entries.reserveCapacity(reply.count)
    bytes.reserveCapacity(reply.count * 128)
    reply.forEach { entry in
      guard let id = entry.withElement(0, { $0.withBytes { StreamID(decimal: $0) } }), let id else { return }
      _ = entry.withElement(1) { fields in
        fields.withElement(1) { $0.withBytes { bytes.append(contentsOf: $0) } }
      }
      entries.append((id, bytes.count))
    }
  }

  package var count: Int { entries.count }
  package var lastID: StreamID? { entries.last?.id }

  package mutating func append(_ id: StreamID, fragment: some Sequence<UInt8>) {
    bytes.append(contentsOf: fragment)
    entries.append((id, bytes.count))
  }

  /// Calls `body` with the entries from `index` on, until it returns false. Returns the index behind the last one.
  package func forEach(from index: Int = 0, _ body: (StreamID, UnsafeRawBufferPointer) -> Bool) -> Int {
    bytes.withUnsafeBytes { bytes in
      var next = index
      while next < entries.count {
        let start = next == 0 ? 0 : entries[next - 1].end
        let entry = entries[next]
        next += 1
        if !body(entry.id, UnsafeRawBufferPointer(rebasing: bytes[start..<entry.end])) { break }
      }
      return next
    }
  }
}

extension StreamID {
  /// Two unsigned decimal numbers joined by `-`, without making a `String`.
  init?(decimal bytes: UnsafeRawBufferPointer) {
    var parts: (UInt64, UInt64) = (0, 0)
    var isSecond = false
    var digits = 0
    for byte in bytes {
      if byte == UInt8(ascii: "-"), !isSecond, digits > 0 {
        isSecond = true
        digits = 0
        continue
      }
      let digit = UInt64(byte &- 0x30)
      guard digit < 10 else { return nil }
      let (product, tooLarge) = (isSecond ? parts.1 : parts.0).multipliedReportingOverflow(by: 10)
      let (sum, over) = product.addingReportingOverflow(digit)
      guard !tooLarge, !over else { return nil }
      if isSecond { parts.1 = sum } else { parts.0 = sum }
      digits += 1
    }
    guard isSecond, digits > 0 else { return nil }
    self.init(milliseconds: parts.0, sequence: parts.1)
  }
}
