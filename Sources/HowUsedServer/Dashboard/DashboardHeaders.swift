package import HTTPTypes

/// The headers of everything that the chart page is made of. Event and param values are anybody's input and the page's
/// address holds a token: so nothing runs, loads or connects but our own files, and no address is passed on.
package enum DashboardHeaders {
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
  static let lasting = common.with(cacheControl: "public, max-age=31536000, immutable", vary: "Accept-Encoding")
  static let passing = common.with(cacheControl: "no-store", vary: "Accept-Encoding")

  package static func acceptsGzip(_ fields: HTTPFields) -> Bool {
    (fields[.acceptEncoding] ?? "").split(separator: ",").contains { coding in
      let parts = coding.filter { $0 != " " }.lowercased().split(separator: ";")
      guard let name = parts.first, name == "gzip" || name == "*" else { return false }
      // "q=0", in any of its spellings, is a refusal.
      return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
    }
  }

  /// `If-None-Match` compares weakly (RFC 9110, 13.1.2).
  package static func matches(_ header: String?, etag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").contains { candidate in
      let tag = candidate.filter { $0 != " " }
      return tag == "*" || tag == etag || tag == "W/" + etag
    }
  }
}

extension HTTPFields {
  fileprivate func with(cacheControl: String, vary: String) -> HTTPFields {
    var fields = self
    fields[.cacheControl] = cacheControl
    fields[.vary] = vary
    return fields
  }
}
