import HTTPTypes
import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// The most windows of one request.
  static let windowLimit = 10
  /// Bytes that may wait for a viewer beside the hub's own queue, in the kernel and in SwiftNIO: some minutes of messages.
  /// By default it would be many hours of them, for each viewer who has stopped reading.
  private static let unreadLimit = (kernel: 4096, channel: 512)

  /// `GET /online`: how many users were seen in the last so many seconds, for several windows at once.
  func online(_ call: Call) async throws -> Response {
    let windows = try Self.windows(try call.query["seconds"])
    let counts = try await onlineReader.counts(call.bot.id, windows: windows, now: clock.nowMilliseconds)
    var body = ByteBuffer(string: #"{"ok":true,"online":"#)
    body.writeJSON(online: zip(windows, counts).map { ($0, $1) })
    body.writeString("}")
    return Response(
      status: .ok,
      headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: body)
    )
  }

  /// `GET /live`: server-sent events with the online count, each second (WHATWG HTML, "Server-sent events").
  func live(_ call: Call) async throws -> Response {
    let windows = try Self.windows(try call.query["seconds"])
    guard windows.count == 1, let seconds = windows.first else {
      throw RequestError(.invalidSeconds, field: "seconds", "seconds must be one integer")
    }
    var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
    // nginx would collect events otherwise.
    HTTPField.Name("X-Accel-Buffering").map { headers[$0] = "no" }
    guard call.request.method == .get else { return Response(status: .ok, headers: headers) }
    let channel = call.context.channel
    try? await channel.setOption(.socketOption(.so_sndbuf), value: .init(Self.unreadLimit.kernel)).get()
    try? await channel.setOption(.writeBufferWaterMark, value: .init(low: 1, high: Self.unreadLimit.channel)).get()
    let messages = hub.join(
      LiveWindow(bot: call.bot.id, seconds: seconds),
      address: ClientAddress.remote(channel),
      isAllowed: call.isAllowed
    ) {
      channel.close(mode: .all, promise: nil)
    }
    guard let messages else {
      let limits = LiveHub.viewerLimits
      throw RequestError(
        .overloaded,
        "too many viewers: \(limits.bot) of a bot, \(limits.address) from an address, \(LiveHub.windowLimit) windows of a bot",
        retryAfter: 10
      )
    }
    return Response(status: .ok, headers: headers, body: ResponseBody(asyncSequence: messages))
  }

  /// Seconds, separated by commas; each once, above 600 is 600.
  static func windows(_ text: String?) throws(RequestError) -> [Int] {
    var windows: [Int] = []
    for part in (text ?? "").split(separator: ",") {
      let isNumber = part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      // One too large for an integer is above the highest, too.
      let seconds = isNumber ? Int(part) ?? .max : 0
      guard seconds >= Limits.onlineSeconds.lowerBound else {
        throw RequestError(.invalidSeconds, field: "seconds", "seconds must be integers from 1, separated by commas")
      }
      let capped = min(seconds, Limits.onlineSeconds.upperBound)
      if !windows.contains(capped) { windows.append(capped) }
    }
    guard windows.count <= windowLimit else {
      throw RequestError(.invalidSeconds, field: "seconds", "seconds may have at most \(windowLimit) values")
    }
    return windows.isEmpty ? [Limits.defaultOnlineSeconds] : windows
  }
}
