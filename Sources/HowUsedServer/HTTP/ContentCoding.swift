import CDashboard
import CZstd
import HowUsedModel
import NIOCore

/// Bodies in a compressed form, as `Content-Encoding` names it (RFC 9110, 8.4).
enum ContentCoding {
  /// For what is sent often and made once, so that it can afford zlib's slowest level. Nil unless the result is smaller.
  static func gzip(_ plain: ByteBuffer) -> ByteBuffer? {
    var output = ByteBuffer()
    let capacity = plain.readableBytes
    plain.withUnsafeReadableBytes { input in
      guard let source = input.bindMemory(to: UInt8.self).baseAddress else { return }
      output.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { target in
        guard let destination = target.bindMemory(to: UInt8.self).baseAddress else { return 0 }
        return dashboardGzip(source, input.count, destination, capacity)
      }
    }
    return output.readableBytes > 0 ? output : nil
  }

  /// Expands a request's body (RFC 8878).
  ///
  /// - Parameter limit: bytes that the expanded body may have.
  static func expandZstd(_ body: ByteBuffer, limit: Int) throws(RequestError) -> ByteBuffer {
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
