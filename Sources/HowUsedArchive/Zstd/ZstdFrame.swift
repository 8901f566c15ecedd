internal import CZstd

/// What the start of some bytes is, in the zstd format.
///
/// Source: RFC 8878, 3.1: data frames start with 0xFD2FB528, skippable ones with 0x184D2A50 ... 0x184D2A5F and their
/// content's size, all little-endian.
package enum ZstdFrame: Equatable {
  /// A whole data frame of so many bytes.
  case data(size: Int)
  /// A whole skippable frame: where its content lies.
  case skippable(content: Range<Int>)
  /// The bytes end within a frame.
  case incomplete
  case damaged

  /// Ours, one of the sixteen.
  static let skippableMagic: UInt32 = 0x184D_2A50
  static let skippableHeaderSize = 8
  static let dataMagic: UInt32 = 0xFD2F_B528

  package static func inspect(_ bytes: UnsafeRawBufferPointer) -> ZstdFrame {
    guard bytes.count >= 4 else { return .incomplete }
    let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
    if magic & 0xFFFF_FFF0 == Self.skippableMagic {
      guard bytes.count >= Self.skippableHeaderSize else { return .incomplete }
      let size = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
      let end = Self.skippableHeaderSize + size
      return end <= bytes.count ? .skippable(content: Self.skippableHeaderSize..<end) : .incomplete
    }
    guard magic == Self.dataMagic else { return .damaged }
    let size = ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count)
    if ZSTD_isError(size) == 0 { return .data(size: size) }
    return ZSTD_getErrorCode(size) == ZSTD_error_srcSize_wrong ? .incomplete : .damaged
  }

  /// Appends the header of a skippable frame.
  static func writeSkippableHeader(contentSize: Int, to output: inout [UInt8]) {
    output.appendLittleEndian(Self.skippableMagic)
    output.appendLittleEndian(UInt32(contentSize))
  }
}

extension [UInt8] {
  mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
