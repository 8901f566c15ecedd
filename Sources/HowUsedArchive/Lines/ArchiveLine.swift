package import HowUsedModel

/// One line of the archive, taken apart as far as the archive itself needs it. Strict: the form is our own.
///
///     {"id":"1763800000000-0","partition":7,"time":"2026-11-22T10:00:00.123Z",…}
package struct ArchiveLine: Sendable, Equatable {
  package let id: StreamID
  package let partition: Partition
  /// Unix milliseconds.
  package let time: Int64
  /// Where the rest starts: the event's own fields, up to the closing brace.
  package let rest: Int

  static let idKey: StaticString = "{\"id\":\""
  static let partitionKey: StaticString = "\",\"partition\":"
  static let timeKey: StaticString = ",\"time\":\""
  static let timeEnd: StaticString = "\","

  /// - Parameter line: without its newline. Nil if it is not a line of ours.
  package init?(_ line: UnsafeRawBufferPointer) {
    var at = 0
    guard line.has(Self.idKey, at: &at) else { return nil }
    let idStart = at
    while at < line.count, line[at] != UInt8(ascii: "\"") { at += 1 }
    guard let id = StreamID(bytes: UnsafeRawBufferPointer(rebasing: line[idStart..<at])) else { return nil }
    guard
      line.has(Self.partitionKey, at: &at), let partition = line.decimal(at: &at),
      let number = UInt16(exactly: partition), line.has(Self.timeKey, at: &at), at + UTCTime.textLength < line.count,
      let time = UTCTime.parse(UnsafeRawBufferPointer(rebasing: line[at..<at + UTCTime.textLength]))
    else { return nil }
    at += UTCTime.textLength
    guard line.has(Self.timeEnd, at: &at), at < line.count, line[line.count - 1] == UInt8(ascii: "}") else {
      return nil
    }
    self.id = id
    self.partition = Partition(rawValue: number)
    self.time = time
    self.rest = at
  }

  /// Calls `body` with each line, without its newline. A last line without a newline counts too.
  package static func forEach(
    in bytes: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    var rest = bytes
    while !rest.isEmpty {
      let end = rest.firstNewline ?? rest.count
      try body(UnsafeRawBufferPointer(rebasing: rest[..<end]))
      rest = UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...])
    }
  }
}
