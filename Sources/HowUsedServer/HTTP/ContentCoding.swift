import CZlib
import CZstd
import HowUsedModel
import NIOCore

/// Compressed bodies, as `Content-Encoding` names them (RFC 9110, 8.4). A body is expanded when all of it is there, into
/// no more than it may become, so that what is unfinished takes only what was sent of it.
enum ContentCoding {
  /// gzip (RFC 1952) or deflate (RFC 1950): clients mix up the two, and their first bytes tell.
  case zlib
  /// RFC 8878.
  case zstd

  /// Nil for one that isn't known. "identity" is not a coding.
  init?(_ name: some StringProtocol) {
    switch name.lowercased() {
    case "gzip", "x-gzip", "deflate": self = .zlib
    case "zstd": self = .zstd
    default: return nil
    }
  }

  private static let invalid = RequestError(
    .invalidEncoding,
    "the body is not, as a whole, compressed as Content-Encoding says"
  )

  private static let tooDense = RequestError(
    .payloadTooLarge,
    "the body expands to more than \(Limits.expandedBytes) bytes and \(Limits.expansionRatio) times its size"
  )

  /// Expands a whole body: several gzip members, or zstd frames, are one body; a body that ends too early, or has
  /// something else behind, is not compressed as was said.
  func expand(_ body: ByteBuffer) throws(RequestError) -> ByteBuffer {
    let limit = min(Limits.bodyBytes, Limits.expandedBytes + Limits.expansionRatio * body.readableBytes)
    var expanded = ByteBuffer()
    var result = Result<Int, Failure>.failure(.invalid)
    expanded.writeWithUnsafeMutableBytes(minimumWritableBytes: limit + 1) { output in
      // One byte more tells that there would be too many.
      let space = UnsafeMutableRawBufferPointer(rebasing: output[...limit])
      result = body.withUnsafeReadableBytes { input in
        switch self {
        case .zlib: Self.inflate(input, into: space)
        case .zstd: Self.expandZstd(input, into: space)
        }
      }
      return (try? result.get()) ?? 0
    }
    switch result {
    case .success(let count) where count <= limit: return expanded
    case .failure(.invalid): throw Self.invalid
    default: throw limit == Limits.bodyBytes ? .payloadTooLarge : Self.tooDense
    }
  }

  private enum Failure: Error {
    case invalid
    case noRoom
  }

  private static func expandZstd(
    _ input: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) -> Result<Int, Failure> {
    // Nothing would be no frame at all, which zstd takes as no error.
    guard !input.isEmpty else { return .failure(.invalid) }
    let size = ZSTD_decompress(output.baseAddress, output.count, input.baseAddress, input.count)
    guard ZSTD_isError(size) != 0 else { return .success(size) }
    return .failure(ZSTD_getErrorCode(size) == ZSTD_error_dstSize_tooSmall ? .noRoom : .invalid)
  }

  private static func inflate(
    _ input: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer
  ) -> Result<Int, Failure> {
    var stream = z_stream()
    // 32: the first bytes tell whether it is gzip or zlib.
    guard inflateInit2_(&stream, MAX_WBITS + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return .failure(.invalid)
    }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(input.count)
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(output.count)
    var total = 0
    while true {
      let before = stream.avail_out
      let status = CZlib.inflate(&stream, Z_FINISH)
      total += Int(before - stream.avail_out)
      guard status == Z_STREAM_END else { return .failure(stream.avail_out == 0 ? .noRoom : .invalid) }
      if stream.avail_in == 0 { return .success(total) }
      // Another member: only gzip has several.
      guard stream.avail_in >= 2, stream.next_in[0] == 0x1F, stream.next_in[1] == 0x8B,
        inflateReset(&stream) == Z_OK
      else { return .failure(.invalid) }
    }
  }

  /// For what is sent often and made once, so that it can afford zlib's slowest level. One gzip member without a time
  /// stamp, so that equal files give equal bytes. Nil unless the result is smaller.
  static func gzip(_ plain: ByteBuffer) -> ByteBuffer? {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(
        &stream,
        Z_BEST_COMPRESSION,
        Z_DEFLATED,
        MAX_WBITS + 16,
        MAX_MEM_LEVEL,
        Z_DEFAULT_STRATEGY,
        ZLIB_VERSION,
        size
      ) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    var output = ByteBuffer()
    let capacity = plain.readableBytes
    _ = plain.withUnsafeReadableBytes { input in
      output.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { target in
        stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: UInt8.self)
        stream.avail_in = UInt32(input.count)
        stream.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = UInt32(capacity)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END ? capacity - Int(stream.avail_out) : 0
      }
    }
    return output.readableBytes > 0 ? output : nil
  }
}
