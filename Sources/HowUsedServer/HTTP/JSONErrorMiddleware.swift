import HTTPTypes
import Logging
package import HowUsedModel
package import Hummingbird
import NIOCore

/// Gives every error of the router the API's JSON form: clients parse each answer as JSON.
package struct JSONErrorMiddleware<Context: RequestContext>: RouterMiddleware {
  package init() {}

  package func handle(
    _ request: Request,
    context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as RequestError {
      return Response(error)
    } catch let error as any HTTPResponseError {
      return Response(RequestError(status: error.status.code))
    } catch {
      context.logger.error("A request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
      return Response(RequestError(.internalError, "see the server's log"))
    }
  }
}

extension RequestError {
  fileprivate init(status: Int) {
    switch status {
    case 404: self = .notFound
    case 405: self = .methodNotAllowed(allow: "GET")
    case 413: self = .payloadTooLarge
    case 400..<500: self.init(.badRequest, "")
    default: self.init(.internalError, "see the server's log")
    }
  }
}

extension Response {
  /// The API's JSON form of an error.
  package init(_ error: RequestError) {
    var headers: HTTPFields = [.contentType: "application/json"]
    if let seconds = error.retryAfter { headers[.retryAfter] = String(seconds) }
    if let methods = error.allow { headers[.allow] = methods }
    var body = ByteBuffer()
    error.writeJSON(to: &body)
    self.init(status: .init(code: error.status), headers: headers, body: ResponseBody(byteBuffer: body))
  }
}
