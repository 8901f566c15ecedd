internal import CZstd

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
