import HowUsedModel
import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore

extension StatisticsRoutes {
  /// The most windows of one request.
  static let windowLimit = 10

  /// `GET /online`: how many users were seen in the last so many seconds, for several windows at once.
  func online(_ query: QueryString, _ request: Request) async throws -> Response {
    let bot = try access.bot(query, request).record
    let windows = try Self.windows(try query["seconds"])
    let counts = try await online.counts(bot.id, windows: windows, now: clock.nowMilliseconds)
    var body = ByteBuffer(string: #"{"ok":true,"online":"#)
    body.writeJSON(online: zip(windows, counts).map { ($0, $1) })
    body.writeString("}")
    return Response(
      status: .ok,
      headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: body)
    )
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
