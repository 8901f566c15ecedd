internal import ByteText
package import NIOCore

/// An entry ID of a Redis stream: `<milliseconds>-<sequence>`.
package struct StreamID: Hashable, Comparable, Sendable, LosslessStringConvertible {
  /// Unix milliseconds of Redis's clock.
  package var milliseconds: UInt64
  package var sequence: UInt64

  package init(milliseconds: UInt64, sequence: UInt64 = 0) {
    self.milliseconds = milliseconds
    self.sequence = sequence
  }

  /// Before every entry: Redis refuses `0-0` as an entry's own ID.
  package static var zero: StreamID { StreamID(milliseconds: 0, sequence: 0) }
  package static var max: StreamID { StreamID(milliseconds: .max, sequence: .max) }

  /// The smallest ID after this one. The last possible ID has none and stays itself.
  package var next: StreamID {
    if sequence < .max { return StreamID(milliseconds: milliseconds, sequence: sequence + 1) }
    if milliseconds < .max { return StreamID(milliseconds: milliseconds + 1, sequence: 0) }
    return self
  }

  /// Exactly `digits-digits`, without signs or blanks.
  package init?(_ description: String) {
    var text = description
    guard let parsed = text.withUTF8({ StreamID(bytes: UnsafeRawBufferPointer($0)) }) else { return nil }
    self = parsed
  }

  package init?(bytes: UnsafeRawBufferPointer) {
    guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")) else { return nil }
    guard
      let milliseconds = DecimalText.unsigned(UnsafeRawBufferPointer(rebasing: bytes[..<dash])),
      let sequence = DecimalText.unsigned(UnsafeRawBufferPointer(rebasing: bytes[(dash + 1)...]))
    else { return nil }
    self.init(milliseconds: milliseconds, sequence: sequence)
  }

  package var description: String { "\(milliseconds)-\(sequence)" }

  /// Appends the same text as ``description`` without making a `String`; at most 41 bytes.
  @discardableResult
  package func write(to buffer: inout ByteBuffer) -> Int {
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 41) { space in
      guard let base = space.baseAddress else { return 0 }
      var count = DecimalText.write(milliseconds, to: base)
      base.storeBytes(of: UInt8(ascii: "-"), toByteOffset: count, as: UInt8.self)
      count += 1
      return count + DecimalText.write(sequence, to: base + count)
    }
  }

  package static func < (left: StreamID, right: StreamID) -> Bool {
    left.milliseconds == right.milliseconds
      ? left.sequence < right.sequence : left.milliseconds < right.milliseconds
  }
}
