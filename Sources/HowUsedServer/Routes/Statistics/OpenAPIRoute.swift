import Hummingbird
import NIOCore

/// `GET /openapi.json`: the API and the statistics, described for tools (OpenAPI 3.1).
enum OpenAPIRoute {
  private static let document = ByteBuffer(string: OpenAPIDocument.text)

  static func response(to request: Request) -> Response {
    StatisticsRoutes.answer(document, cacheControl: "public, max-age=300", to: request)
  }
}
