package import NIOCore

/// A file of the chart page as it goes over the wire: made once at start-up, then only copied by reference.
package struct DashboardAsset: Sendable {
  package let contentType: String
  /// Strong and quoted, as in the `ETag` header; `etag(gzip:)` tells the two forms apart, as HTTP asks.
  let digest: String
  package let plain: ByteBuffer
  /// Absent if compressing gains nothing.
  package let gzip: ByteBuffer?

  init(contentType: String, plain: ByteBuffer) {
    self.contentType = contentType
    self.plain = plain
    self.digest = DashboardDigest.hex(of: [plain])
    self.gzip = Gzip.compressed(plain)
  }

  package func etag(gzip: Bool) -> String {
    gzip ? "\"\(digest)-gz\"" : "\"\(digest)\""
  }
}
