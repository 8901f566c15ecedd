import ByteText
import Crypto
import Foundation
import NIOCore

/// Names contents, so that what never changes under a name can be cached for ever.
enum DashboardDigest {
  /// The first 80 bits of the SHA-256 of all buffers one after the other, as 20 hex digits.
  static func hex(of buffers: [ByteBuffer]) -> String {
    var hash = SHA256()
    for buffer in buffers { buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) } }
    return Hex.text(hash.finalize().prefix(10))
  }

  /// A script as a Content-Security-Policy names it (CSP Level 3, 2.3.1: hash-source).
  static func source(of script: ByteBuffer) -> String {
    let hash = script.withUnsafeReadableBytes { SHA256.hash(data: $0) }
    return "'sha256-\(Data(hash).base64EncodedString())'"
  }
}
