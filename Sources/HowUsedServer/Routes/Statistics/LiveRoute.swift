import HTTPTypes
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// Bytes that may wait for a viewer beside the hub's own queue, in the kernel and in SwiftNIO: some minutes of messages.
  /// By default it would be many hours of them, for each viewer who has stopped reading.
  private static let unreadLimit = (kernel: 4096, channel: 512)

  /// `GET /live`: server-sent events with the online count, each second (WHATWG HTML, "Server-sent events").
  func live(_ query: QueryString, _ request: Request, _ context: ServerContext) async throws -> Response {
    let bot = try access.bot(query, request).record
    let windows = try Self.windows(try query["seconds"])
    guard windows.count == 1, let seconds = windows.first else {
      throw RequestError(.invalidSeconds, field: "seconds", "seconds must be one integer")
    }
    var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
    // nginx would collect events otherwise.
    HTTPField.Name("X-Accel-Buffering").map { headers[$0] = "no" }
    guard request.method == .get else { return Response(status: .ok, headers: headers) }
    let channel = context.channel
    try? await channel.setOption(.socketOption(.so_sndbuf), value: .init(Self.unreadLimit.kernel)).get()
    try? await channel.setOption(.writeBufferWaterMark, value: .init(low: 1, high: Self.unreadLimit.channel)).get()
    let messages = hub.join(LiveWindow(bot: bot.id, seconds: seconds)) { channel.close(mode: .all, promise: nil) }
    guard let messages else { throw RequestError(.overloaded, "too many viewers", retryAfter: 10) }
    return Response(status: .ok, headers: headers, body: ResponseBody(asyncSequence: messages))
  }
}
