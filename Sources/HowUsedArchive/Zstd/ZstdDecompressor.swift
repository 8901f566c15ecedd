internal import CZstd

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
    let content = [UInt8](unsafeUninitializedCapacity: Int(declared)) { buffer, initialized in
      got = ZSTD_decompressDCtx(context, buffer.baseAddress, buffer.count, frame.baseAddress, frame.count)
      if ZSTD_isError(got) == 0 { initialized = got }
    }
    guard try ZstdError.check(got) == Int(declared) else { throw ZstdError("the frame's content is too short") }
    return content
  }
}

@available(*, unavailable)
extension ZstdDecompressor: Sendable {}
