import HowUsedModel
import NIOHTTP1

/// What the API needs of a request's head that came through SwiftNIO's decoder.
struct APIRequestHead {
  let contentType: ContentType
  let isKeepAlive: Bool
  /// How the body is compressed.
  let coding: ContentCoding?
  /// The client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1).
  let expectsContinue: Bool

  enum Class {
    /// For Hummingbird, in the form that it reads.
    case notOurs(HTTPRequestHead)
    case accepted(APIRequestHead)
    case refused(RequestError)
  }

  static func classify(_ head: HTTPRequestHead) -> Class {
    guard head.uri.utf8.count <= Limits.addressBytes else {
      return .refused(RequestError(.addressTooLong, "the address may have \(Limits.addressBytes) bytes"))
    }
    let isOld = head.version != .http1_1
    // RFC 9112, 3.2; before HTTP/1.1 there was none.
    let hosts = head.headers[canonicalForm: "host"]
    guard hosts.count == 1 || isOld && hosts.isEmpty,
      hosts.allSatisfy({ $0.utf8.allSatisfy(RequestRecognizer.isHostByte) })
    else {
      return .refused(
        RequestError(.badRequest, "the header field Host must be there, once, and be a name or an address")
      )
    }
    guard isFramedPlainly(head, isOld: isOld) else {
      return .refused(RequestError(.badRequest, "Transfer-Encoding must be chunked, once, in HTTP/1.1, or absent"))
    }
    var head = head
    head.uri = originForm(head.uri)
    // An old client isn't told how long the connection would stay. Behind what could change the protocol the decoder reads
    // nothing more.
    if isOld || head.method == .CONNECT || head.headers.contains(name: "upgrade") { close(&head) }
    let path = String(head.uri.prefix { $0 != "?" })
    guard RequestRecognizer.paths.contains(path) else { return pass(head) }
    guard head.method == .POST else {
      // A browser that opens the address is answered by the router.
      let isPage = path == "/" && [.GET, .HEAD].contains(head.method)
      return isPage ? pass(head) : .refused(.methodNotAllowed(allow: "POST"))
    }
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }), length > Limits.bodyBytes {
      return .refused(.payloadTooLarge)
    }
    var coding: ContentCoding?
    if let name = head.headers.first(name: "content-encoding"), name.lowercased() != "identity" {
      coding = ContentCoding(name)
      guard coding != nil else {
        return .refused(RequestError(.invalidEncoding, "Content-Encoding must be gzip, deflate, zstd or absent"))
      }
    }
    return .accepted(
      APIRequestHead(
        contentType: .classify(head.headers.first(name: "content-type")),
        isKeepAlive: head.isKeepAlive,
        coding: coding,
        expectsContinue: !isOld && head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
      )
    )
  }

  /// SwiftNIO's decoder takes every list of codings that ends with "chunked", and would leave the others in the body; and one
  /// in HTTP/1.0, where what is in front may not know of it and see another end of the request (RFC 9112, 6.1).
  private static func isFramedPlainly(_ head: HTTPRequestHead, isOld: Bool) -> Bool {
    let fields = head.headers["transfer-encoding"].count
    guard fields > 0 else { return true }
    return fields == 1 && !isOld
      && head.headers[canonicalForm: "transfer-encoding"].map { $0.lowercased() } == ["chunked"]
  }

  /// No other route reads a body: the connection ends behind one, so that nobody has to wait for it.
  private static func pass(_ head: HTTPRequestHead) -> Class {
    var head = head
    let length = head.headers.first(name: "content-length")
    if length.map({ $0 != "0" }) ?? head.headers.contains(name: "transfer-encoding") { close(&head) }
    return .notOurs(head)
  }

  private static func close(_ head: inout HTTPRequestHead) {
    head.headers.replaceOrAdd(name: "connection", value: "close")
  }

  /// `http://host/path` is `/path`: who sends through a proxy writes all of it (RFC 9112, 3.2.2).
  private static func originForm(_ uri: String) -> String {
    guard let scheme = ["http://", "https://"].first(where: { uri.prefix($0.count).lowercased() == $0 }) else {
      return uri
    }
    let rest = uri.dropFirst(scheme.count)
    guard let end = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
    return rest[end] == "/" ? String(rest[end...]) : "/" + rest[end...]
  }
}
