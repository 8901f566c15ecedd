import CDashboard
import NIOCore

/// Compression for what is sent often and made once, so it can afford zlib's slowest level.
enum Gzip {
  /// `nil` unless the compressed form is smaller.
  static func compressed(_ plain: ByteBuffer) -> ByteBuffer? {
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
}
