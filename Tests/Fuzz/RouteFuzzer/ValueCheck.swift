import HTTPTypes
import HowUsedModel

@testable import HowUsedServer

/// Gives a value to everything that reads such values of a request.
enum ValueCheck {
  /// - Parameter text: what stands behind an address's `?`.
  static func query(_ text: String) {
    guard let query = try? QueryString(text) else { return }
    precondition(query.parameters.count <= QueryString.parameterLimit, "parameters")
    for (name, value) in query.parameters {
      let found = try? query[name]
      precondition(found == nil || found == value, "a parameter that is there once is found")
    }
    Statistics.read(query.parameters, now: FuzzedServer.now / 1000)
  }

  /// - Parameter text: of any header field.
  static func header(_ text: String) {
    let offered = ["en", "ru"]
    precondition(offered.contains(ContentNegotiation.language(of: offered, header: text)), "a language that is offered")
    // As it comes out of a request.
    var fields = HTTPFields()
    fields[.acceptEncoding] = text
    _ = ContentNegotiation.acceptsGzip(fields)
    let longer = text + "x"
    precondition(text.contains("*") || !EntityTag.matches(text, etag: longer), "an ETag that isn't there")
    if case .multipart(let boundary) = ContentType.classify(text) {
      precondition(boundary.isEmpty || Limits.boundaryBytes.contains(boundary.utf8.count), "a boundary")
    }
  }
}
