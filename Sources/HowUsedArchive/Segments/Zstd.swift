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

/// Makes complete zstd frames, each with its content's size and checksum. Keeps its working memory between frames.
package final class ZstdCompressor {
  private let context: OpaquePointer

  /// - Parameter level: 1 (fast) ... 19 (small).
  package init(level: Int) throws(ZstdError) {
    guard let context = ZSTD_createCCtx() else { throw ZstdError("no memory for compression") }
    self.context = context
    _ = try ZstdError.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, CInt(level)))
    // Off by default in libzstd; without it a flipped bit can go unnoticed by every reader.
    _ = try ZstdError.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
  }

  deinit { ZSTD_freeCCtx(context) }

  /// One frame that holds `content`, with room for `spare` more bytes behind it.
  package func compress(_ content: UnsafeRawBufferPointer, spare: Int = 0) throws(ZstdError) -> [UInt8] {
    let bound = ZSTD_compressBound(content.count)
    var written = 0
    let frame = [UInt8](unsafeUninitializedCapacity: bound + spare) { buffer, initialized in
      written = ZSTD_compress2(context, buffer.baseAddress, bound, content.baseAddress, content.count)
      if ZSTD_isError(written) == 0 { initialized = written }
    }
    _ = try ZstdError.check(written)
    return frame
  }
}

@available(*, unavailable)
extension ZstdCompressor: Sendable {}

/// Decodes single frames and checks their checksums. Keeps its working memory between frames.
package final class ZstdDecompressor {
  private let context: OpaquePointer

  package init() throws(ZstdError) {
    guard let context = ZSTD_createDCtx() else { throw ZstdError("no memory for decompression") }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// - Parameters:
  ///   - frame: exactly one data frame.
  ///   - limit: more content than this many bytes is refused before any memory is taken.
  package func decompress(_ frame: UnsafeRawBufferPointer, limit: Int) throws(ZstdError) -> [UInt8] {
    let declared = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    guard declared <= UInt64(limit) else {
      throw ZstdError("the frame does not say its content's size, or says more than \(limit) bytes")
    }
    var got = 0
    // Never of capacity 0: all empty arrays are one, and its count is written here. The thread sanitizer calls that a race.
    let content = [UInt8](unsafeUninitializedCapacity: max(Int(declared), 1)) { buffer, initialized in
      got = ZSTD_decompressDCtx(context, buffer.baseAddress, buffer.count, frame.baseAddress, frame.count)
      if ZSTD_isError(got) == 0 { initialized = got }
    }
    guard try ZstdError.check(got) == Int(declared) else { throw ZstdError("the frame's content is too short") }
    return content
  }
}

@available(*, unavailable)
extension ZstdDecompressor: Sendable {}

/// What libzstd said was wrong.
package struct ZstdError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Takes a size returned by libzstd, which may stand for an error.
  static func check(_ result: Int) throws(ZstdError) -> Int {
    guard ZSTD_isError(result) == 0 else { throw ZstdError(String(cString: ZSTD_getErrorName(result))) }
    return result
  }
}
