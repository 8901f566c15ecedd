import CEmbeddedFiles
import Hummingbird
import NIOCore

/// `GET /openapi.json`: the API and the statistics, described for tools (OpenAPI 3.1). The description is `openapi.json`
/// beside this file, compiled into the binary.
enum OpenAPIRoute {
  static let document: ByteBuffer = {
    let file = openAPIDocument()
    return ByteBuffer(bytes: UnsafeBufferPointer(start: file.bytes, count: file.count))
  }()

  static func response(to request: Request) -> Response {
    StatisticsRoutes.answer(document, cacheControl: "public, max-age=300", to: request)
  }
}
