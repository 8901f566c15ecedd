import HTTPTypes
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// `GET /live`: server-sent events with the online count, each second (WHATWG HTML, "Server-sent events").
  func live(_ query: QueryString, _ request: Request, _ context: ServerContext) throws -> Response {
    let bot = try access.bot(query, request)
    let windows = try Self.windows(query["seconds"])
    guard windows.count == 1, let seconds = windows.first else {
      throw RequestError(.invalidSeconds, field: "seconds", "seconds must be one integer")
    }
    var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
    // nginx would collect events otherwise.
    HTTPField.Name("X-Accel-Buffering").map { headers[$0] = "no" }
    guard request.method == .get else { return Response(status: .ok, headers: headers) }
    let channel = context.channel
    let messages = hub.join(LiveWindow(bot: bot.id, seconds: seconds)) { channel.close(mode: .all, promise: nil) }
    guard let messages else { throw RequestError(.overloaded, "too many viewers", retryAfter: 10) }
    return Response(status: .ok, headers: headers, body: ResponseBody(asyncSequence: messages))
  }
}
