import HowUsedModel
import NIOHTTP1

/// What the API needs of a request's head that came through SwiftNIO's decoder.
struct APIRequestHead {
  let contentType: ContentType
  let isKeepAlive: Bool
  let isZstd: Bool
  /// The client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1).
  let expectsContinue: Bool

  static let paths: Set<String> = ["/api", "/", "/bin/webhooks/6438/181/4opQGmB6OlHqqPRM"]

  enum Class {
    /// Not the API's.
    case foreign
    case accepted(APIRequestHead)
    case refused(RequestError)
  }

  static func classify(_ head: HTTPRequestHead) -> Class {
    let path = head.uri.prefix { $0 != "?" }
    guard paths.contains(String(path)) else { return .foreign }
    guard head.method == .POST else {
      // A browser that opens the address is answered by the router.
      return path == "/" && [.GET, .HEAD].contains(head.method) ? .foreign : .refused(.methodNotAllowed(allow: "POST"))
    }
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
      length > RequestRecognizer.maximumBody
    {
      return .refused(.payloadTooLarge)
    }
    let encoding = head.headers.first(name: "content-encoding")?.lowercased()
    guard [nil, "identity", "gzip", "deflate", "zstd"].contains(encoding) else {
      return .refused(
        RequestError(.invalidEncoding, "Content-Encoding must be gzip, deflate, zstd or absent")
      )
    }
    return .accepted(
      APIRequestHead(
        contentType: .classify(head.headers.first(name: "content-type")),
        isKeepAlive: head.isKeepAlive,
        isZstd: encoding == "zstd",
        expectsContinue: head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
      )
    )
  }
}
