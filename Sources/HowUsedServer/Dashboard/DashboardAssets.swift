import CDashboard
package import NIOCore

/// All files of the chart page, which are compiled into the binary (`Sources/CDashboard`), ready to be sent.
package struct DashboardAssets: Sendable {
  /// The languages that the page speaks, the fallback first.
  package static let languages = ["en", "ru"]

  /// Changes with any file: it is in the address of each, so that they can be cached for ever.
  package let version: String
  /// As it stands in a Content-Security-Policy: the page's own first script, which is part of it.
  let scriptHash: String
  private let files: [String: DashboardAsset]
  private let pages: [String: DashboardAsset]
  private let fallbackPage: DashboardAsset

  /// Compresses everything: about 10 ms.
  package init() {
    let embedded = (0..<dashboardFileCount()).map { dashboardFile($0) }
    var files: [String: DashboardAsset] = [:]
    var (template, start) = ("", ByteBuffer())
    for file in embedded {
      let bytes = ByteBuffer(bytes: UnsafeBufferPointer(start: file.bytes, count: file.count))
      let name = String(cString: file.name)
      if name == "index.html" {
        template = String(buffer: bytes)
      } else if name == "start.js" {
        start = bytes
      } else {
        files[name] = DashboardAsset(contentType: String(cString: file.contentType), plain: bytes)
      }
    }
    let version = EntityTag.digest(of: files.sorted { $0.key < $1.key }.map(\.value.plain))
    func page(_ language: String) -> DashboardAsset {
      let assets = "\(Self.path)/\(version)"
      let html = template.split(separator: "{{", omittingEmptySubsequences: false).enumerated().map { index, part in
        // Foundation's `replacing` isn't needed for three placeholders.
        guard index > 0, let end = part.firstRange(of: "}}") else { return String(part) }
        let values = ["lang": language, "assets": assets, "start": String(buffer: start)]
        return (values[String(part[..<end.lowerBound])] ?? "") + part[end.upperBound...]
      }.joined()
      return DashboardAsset(contentType: "text/html; charset=utf-8", plain: ByteBuffer(string: html))
    }
    self.files = files
    self.version = version
    self.scriptHash = DashboardHeaders.scriptHash(of: start)
    self.pages = Dictionary(uniqueKeysWithValues: Self.languages.map { ($0, page($0)) })
    self.fallbackPage = page(Self.languages[0])
  }

  /// Below it: the version, then the file's name.
  package static let path = "/charts/assets"

  package func file(_ name: String) -> DashboardAsset? { files[name] }

  /// The page itself, in a language of `languages` (else in the first of them).
  package func page(language: String) -> DashboardAsset { pages[language] ?? fallbackPage }
}

/// A file of the chart page as it goes over the wire: made once at start-up, then only copied by reference.
package struct DashboardAsset: Sendable {
  package let contentType: String
  /// What names it; `etag(gzip:)` tells the two forms apart, as HTTP asks.
  let digest: String
  package let plain: ByteBuffer
  /// Absent if compressing gains nothing.
  package let gzip: ByteBuffer?

  init(contentType: String, plain: ByteBuffer) {
    self.contentType = contentType
    self.plain = plain
    self.digest = EntityTag.digest(of: [plain])
    self.gzip = ContentCoding.gzip(plain)
  }

  package func etag(gzip: Bool) -> String {
    gzip ? "\"\(digest)-gz\"" : "\"\(digest)\""
  }
}
