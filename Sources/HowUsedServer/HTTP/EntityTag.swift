import ByteText
import Crypto
import NIOCore

/// Names contents, so that a client that has them isn't sent them again, and may keep for ever what never changes under a
/// name (RFC 9110, 8.8.3).
package enum EntityTag {
  /// The first 80 bits of the SHA-256 of all buffers one after the other, as 20 hex digits.
  static func digest(of buffers: [ByteBuffer]) -> String {
    var hash = SHA256()
    for buffer in buffers { buffer.withUnsafeReadableBytes { hash.update(bufferPointer: $0) } }
    return Hex.text(hash.finalize().prefix(10))
  }

  /// Strong and quoted, as in the `ETag` header.
  static func strong(of body: ByteBuffer) -> String { "\"\(digest(of: [body]))\"" }

  /// Whether an `If-None-Match` header names it. It compares weakly (RFC 9110, 13.1.2).
  package static func matches(_ header: String?, etag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").contains { candidate in
      let tag = candidate.filter { $0 != " " }
      return tag == "*" || tag == etag || tag == "W/" + etag
    }
  }
}
