import HTTPTypes
import HowUsedModel
package import HowUsedStatistics
package import HowUsedStore
package import Hummingbird
import Logging
import NIOCore
package import Redis

/// What reads statistics: `/stats`, `/summary`, `/top`, `/retention`, `/events`, `/online`, `/live`, and their description at
/// `/openapi.json`.
///
/// Pages of other sites may use them too (CORS): they only read, and only with a token.
package struct StatisticsRoutes: Sendable {
  let access: StatisticsAccess
  let answers: any StatisticsAnswering
  let retention: StatisticsRetention
  let online: OnlineReader
  let clock: RedisClock
  let hub: LiveHub

  /// - Parameters:
  ///   - retention: of what `answers` reads.
  ///   - client: of its own, or shared with other services that read.
  ///   - hub: runs as a service.
  package init(
    answers: any StatisticsAnswering,
    retention: StatisticsRetention = StatisticsRetention(),
    client: RedisClient,
    schema: KeySchema,
    clock: RedisClock,
    registry: BotRegistry,
    hub: LiveHub
  ) {
    access = StatisticsAccess(registry: registry)
    self.answers = answers
    self.retention = retention
    online = OnlineReader(client: client, schema: schema)
    self.clock = clock
    self.hub = hub
  }

  package func add(to router: some RouterMethods<ServerContext>) {
    add("/stats", to: router) { query, request, _ in try await stats(query, request) }
    add("/summary", to: router) { query, request, _ in try await summary(query, request) }
    add("/top", to: router) { query, request, _ in try await top(query, request) }
    add("/retention", to: router) { query, request, _ in try await retention(query, request) }
    add("/events", to: router) { query, request, _ in try await events(query, request) }
    add("/online", to: router) { query, request, _ in try await online(query, request) }
    add("/live", to: router) { query, request, context in try await live(query, request, context) }
    add("/openapi.json", to: router) { _, request, _ in OpenAPIRoute.response(to: request) }
  }

  private func add(
    _ path: RouterPath,
    to router: some RouterMethods<ServerContext>,
    _ body: @escaping @Sendable (QueryString, Request, ServerContext) async throws -> Response
  ) {
    router.get(path) { request, context in
      var response: Response
      do {
        response = try await body(try QueryString(request.uri.query ?? ""), request, context)
      } catch {
        response = Response(Self.requestError(error, context))
        response.headers[.cacheControl] = "no-store"
      }
      response.headers.append(contentsOf: Self.corsHeaders)
      return response
    }
    router.on(path, method: .options) { _, _ in Response(status: .noContent, headers: Self.preflightHeaders) }
  }

  func parser(_ query: QueryString) -> QuestionParser {
    QuestionParser(parameters: query.parameters, now: clock.nowSeconds, retention: retention)
  }

  private static func requestError(_ error: any Error, _ context: ServerContext) -> RequestError {
    switch error {
    case let error as RequestError: return error
    case let error as StatisticsUnavailable:
      return RequestError(.notReady, error.description, retryAfter: 1)
    case let error as RedisClientError:
      return error == .queueFull
        ? RequestError(.overloaded, "too much is waiting", retryAfter: 1)
        : RequestError(.redisUnavailable, "storage is not reachable", retryAfter: 1)
    case let error as RedisServerError:
      context.logger.warning("statistics can't be read", metadata: ["error": "\(error)"])
      return RequestError(.redisUnavailable, "storage can't be read now", retryAfter: 1)
    default:
      context.logger.error("statistics can't be read", metadata: ["error": "\(error)"])
      return RequestError(.internalError, "see the server's log")
    }
  }

  // MARK: Headers

  private static let corsHeaders: HTTPFields = {
    var fields = HTTPFields()
    fields[.accessControlAllowOrigin] = "*"
    fields[.accessControlExposeHeaders] = "ETag, Retry-After"
    fields[.xContentTypeOptions] = "nosniff"
    return fields
  }()

  private static let preflightHeaders: HTTPFields = {
    var fields = corsHeaders
    fields[.accessControlAllowMethods] = "GET, HEAD, OPTIONS"
    fields[.accessControlAllowHeaders] = "Authorization, If-None-Match"
    fields[.accessControlMaxAge] = "86400"
    fields[.allow] = "GET, HEAD, OPTIONS"
    return fields
  }()

  /// An answer with its `ETag`; without its body when the client has it already. By default it may be kept by who asked,
  /// since the address holds a token, and must be asked for again, since late events change what was.
  static func answer(
    _ body: ByteBuffer,
    format: AnswerFormat = .json,
    cacheControl: String = "private, no-cache",
    to request: Request
  ) -> Response {
    let etag = "\"" + DashboardDigest.hex(of: [body]) + "\""
    var headers: HTTPFields = [.eTag: etag, .cacheControl: cacheControl, .contentType: format.mediaType]
    if DashboardHeaders.matches(request.headers[.ifNoneMatch], etag: etag) {
      headers[.contentType] = nil
      return Response(status: .notModified, headers: headers)
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
  }

  /// An answer to be saved as a file if it's a table.
  static func answer(_ body: ByteBuffer, format: AnswerFormat, file: String, to request: Request) -> Response {
    var response = answer(body, format: format, to: request)
    if format == .csv { response.headers[.contentDisposition] = "attachment; filename=\"\(file).csv\"" }
    return response
  }
}
