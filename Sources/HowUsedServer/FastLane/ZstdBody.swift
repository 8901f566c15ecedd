import CZstd
import HowUsedModel
import NIOCore

/// A request body sent with `Content-Encoding: zstd` (RFC 8878).
enum ZstdBody {
  /// - Parameter limit: bytes that the expanded body may have.
  static func decompress(_ body: ByteBuffer, limit: Int) throws(RequestError) -> ByteBuffer {
    var expanded = ByteBuffer()
    var failure: ZSTD_ErrorCode?
    expanded.writeWithUnsafeMutableBytes(minimumWritableBytes: limit) { output in
      body.withUnsafeReadableBytes { input in
        let size = ZSTD_decompress(output.baseAddress, limit, input.baseAddress, input.count)
        guard ZSTD_isError(size) == 0 else {
          failure = ZSTD_getErrorCode(size)
          return 0
        }
        return size
      }
    }
    switch failure {
    case nil: return expanded
    case ZSTD_error_dstSize_tooSmall: throw .payloadTooLarge
    default: throw RequestError(.invalidEncoding, "the body is not valid zstd, as Content-Encoding says it is")
    }
  }
}
