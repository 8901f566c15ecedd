internal import ByteText
import Glibc
package import HowUsedModel
internal import HowUsedStore
internal import NIOCore

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

  fileprivate static let idKey: StaticString = "{\"id\":\""
  fileprivate static let partitionKey: StaticString = "\",\"partition\":"
  fileprivate static let timeKey: StaticString = ",\"time\":\""
  fileprivate static let timeEnd: StaticString = "\","

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

/// Writes the lines of a partition's stream entries by copying bytes: an entry holds its line's tail already.
struct ArchiveLineWriter {
  private let partition: [UInt8]
  /// The text of the second that the last line was in, `2026-11-22T10:00:00.`, and that second.
  private var secondText = [UInt8](repeating: 0, count: UTCTime.textLength)
  private var second: UInt64 = .max

  /// What a line has besides its id and its fragment, at most.
  private static let frame = 64

  /// A line as most bots make them; only a first guess at how much memory a page takes.
  static let expectedBytes = 192

  init(_ partition: Partition) { self.partition = Array(String(partition.rawValue).utf8) }

  /// - Parameter hasTime: whether the fragment tells the event's time; else it's that of the id.
  mutating func write(_ entry: StreamEntry, hasTime: Bool, to output: inout ByteBuffer) {
    if !hasTime { prepareTime(entry.id.milliseconds) }
    let needed = entry.idText.count + entry.fragment.count + Self.frame + UTCTime.textLength
    output.writeWithUnsafeMutableBytes(minimumWritableBytes: needed) { space in
      guard let base = space.baseAddress else { return 0 }
      var end = base
      end.put(ArchiveLine.idKey)
      end.put(entry.idText)
      end.put(ArchiveLine.partitionKey)
      partition.withUnsafeBytes { end.put($0) }
      if hasTime {
        end.put(",")
      } else {
        end.put(ArchiveLine.timeKey)
        secondText.withUnsafeBytes { end.put($0) }
        end.put(ArchiveLine.timeEnd)
      }
      end.put(entry.fragment)
      end.put("}\n")
      return end - base
    }
  }

  private mutating func prepareTime(_ milliseconds: UInt64) {
    if milliseconds / 1000 != second {
      second = milliseconds / 1000
      secondText.withUnsafeMutableBytes {
        _ = UTCTime.write(milliseconds: Int64(clamping: milliseconds), to: $0)
      }
    }
    // Before the Z at the end.
    secondText.withUnsafeMutableBytes { text in
      guard let base = text.baseAddress else { return }
      DecimalText.write(milliseconds % 1000, digits: 3, to: base + UTCTime.textLength - 4)
    }
  }
}

extension UnsafeMutableRawPointer {
  /// Copies bytes here and moves behind them. The caller has made sure of the room.
  fileprivate mutating func put(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    copyMemory(from: source, byteCount: bytes.count)
    self += bytes.count
  }

  fileprivate mutating func put(_ text: StaticString) {
    copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    self += text.utf8CodeUnitCount
  }
}

extension UnsafeRawBufferPointer {
  /// Moves `offset` behind `text` if it stands there.
  func has(_ text: StaticString, at offset: inout Int) -> Bool {
    guard let base = baseAddress, offset + text.utf8CodeUnitCount <= count else { return false }
    guard memcmp(base + offset, text.utf8Start, text.utf8CodeUnitCount) == 0 else { return false }
    offset += text.utf8CodeUnitCount
    return true
  }

  /// Reads an unsigned decimal number and moves `offset` behind it; nil if there is none or it is too large.
  func decimal(at offset: inout Int) -> UInt64? {
    let digits = self[offset...].prefix { $0 &- 0x30 < 10 }
    offset = digits.endIndex
    return DecimalText.unsigned(digits)
  }

  var firstNewline: Int? {
    guard let base = baseAddress, count > 0, let found = memchr(base, 0x0A, count) else { return nil }
    return UnsafeRawPointer(found) - base
  }
}
