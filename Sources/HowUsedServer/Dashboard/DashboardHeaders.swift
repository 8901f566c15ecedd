import Crypto
import Foundation
import HTTPTypes
import NIOCore

/// The headers of everything that the chart page is made of. Event and param values are anybody's input and the page's
/// address holds a token: so nothing runs, loads or connects but our own files, and no address is passed on.
enum DashboardHeaders {
  private static func contentSecurityPolicy(scripts: String) -> String {
    [
      "default-src 'none'", "script-src \(scripts)", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
      "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].joined(separator: "; ")
  }

  static let common: HTTPFields = {
    var fields = HTTPFields()
    fields[.contentSecurityPolicy] = contentSecurityPolicy(scripts: "'self'")
    fields[.xContentTypeOptions] = "nosniff"
    for (name, value) in [("Referrer-Policy", "no-referrer"), ("Cross-Origin-Opener-Policy", "same-origin")] {
      HTTPField.Name(name).map { fields[$0] = value }
    }
    return fields
  }()

  /// Of the page, which holds a script of its own.
  static func page(scriptHash: String) -> HTTPFields {
    var fields = common.with(cacheControl: "no-cache", vary: "Accept-Encoding, Accept-Language")
    fields[.contentSecurityPolicy] = contentSecurityPolicy(scripts: "'self' \(scriptHash)")
    return fields
  }

  /// A script as a Content-Security-Policy names it (CSP Level 3, 2.3.1: hash-source).
  static func scriptHash(of script: ByteBuffer) -> String {
    let hash = script.withUnsafeReadableBytes { SHA256.hash(data: $0) }
    return "'sha256-\(Data(hash).base64EncodedString())'"
  }

  static let lasting = common.with(cacheControl: "public, max-age=31536000, immutable", vary: "Accept-Encoding")
  static let passing = common.with(cacheControl: "no-store", vary: "Accept-Encoding")
}

extension HTTPFields {
  fileprivate func with(cacheControl: String, vary: String) -> HTTPFields {
    var fields = self
    fields[.cacheControl] = cacheControl
    fields[.vary] = vary
    return fields
  }
}
