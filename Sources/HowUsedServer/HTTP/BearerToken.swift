import HTTPTypes
import Hummingbird

/// `Authorization: Bearer` (RFC 6750, 2.1).
enum BearerToken {
  static func of(_ request: Request) -> String? {
    guard let header = request.headers[.authorization], header.prefix(7).lowercased() == "bearer " else { return nil }
    return String(header.dropFirst(7))
  }
}
