package import HowUsedModel

/// Reads the query parameters of `/stats` and `/summary`.
package struct ChartQueryParser {
  private let parameters: [(name: String, value: String)]
  /// Unix seconds.
  private let now: Int64

  /// How many events, or values of a param, can be chosen.
  package static let choiceLimit = 50

  package init(parameters: [(name: String, value: String)], now: Int64) {
    self.parameters = parameters
    self.now = now
  }

  /// The question, or a 400 that names the parameter. Unknown parameters are ignored.
  package func query() throws(RequestError) -> ChartQuery {
    let metric = try metric()
    var query = ChartQuery(metric: metric, timeline: try timelineRequest().timeline(now: now))
    query.events = try events()
    for number in 1...3 {
      let values = try all("param_\(number)").filter { !$0.isEmpty }
      if !values.isEmpty { query.params[number] = values.map { JSONText.escaped($0) } }
    }
    if let text = try one("segment") {
      guard let segment = ChartSegment(text) else {
        throw wrong("segment", "segment must be event, param_1, param_2 or param_3")
      }
      query.segment = segment
    }
    if let type = try one("type") {
      guard type == "event" || type == "update" else { throw wrong("type", "type must be event or update") }
      query.updates = type == "update"
    }
    try check(query)
    return query
  }

  package func timelineRequest() throws(RequestError) -> TimelineRequest {
    var request = TimelineRequest()
    if let text = try one("tz") {
      guard let days = LocalDays(identifier: text) else {
        throw wrong("tz", "tz must be a time zone's name, such as Europe/Moscow")
      }
      request.days = days
      request.isUTC = false
    }
    if let text = try one("period") {
      guard let period = Self.duration(text), period >= 60 else {
        throw wrong("period", "period must be a number followed by m, h, d or w, such as 30m, 24h or 3d")
      }
      request.period = period
    }
    request.from = try time("from", request.days)
    request.to = try time("to", request.days)
    if let text = try one("divider"), text != "auto" {
      guard let step = Self.duration(text), TimelineRequest.steps.contains(step) else {
        throw wrong("divider", "divider must be auto, 1m, 5m, 15m, 1h, 24h or 7d")
      }
      request.step = step
    }
    return request
  }

  private func metric() throws(RequestError) -> ChartMetric {
    guard let text = try one("metric") else { return .uses }
    guard let metric = ChartMetric(rawValue: text) else {
      throw wrong("metric", "metric must be uses, users, new or online")
    }
    return metric
  }

  private func events() throws(RequestError) -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    let names = try all("event").flatMap { $0.split(separator: ",") }.map { JSONText.escaped(String($0)) }
    guard names.count <= Self.choiceLimit else { throw wrong("event", "at most \(Self.choiceLimit) events") }
    return names.filter { seen.insert($0).inserted }
  }

  /// What can't be answered is refused, since any number would be wrong.
  private func check(_ query: ChartQuery) throws(RequestError) {
    switch query.metric {
    case .uses: break
    case .users:
      var params = Set(query.params.keys)
      if case .param(let number) = query.segment { params.insert(number) }
      guard params.count <= 1 else {
        throw wrong(
          "param_\(params.max() ?? 0)",
          "unique users are counted by event and one param: choose one of \(params.sorted().map { "param_\($0)" })"
        )
      }
    case .new, .online:
      let what = query.metric == .new ? "new users are" : "the online count is"
      if !query.events.isEmpty { throw wrong("event", "\(what) not counted by event") }
      if let number = query.params.keys.min() { throw wrong("param_\(number)", "\(what) not counted by param") }
      if query.segment != nil { throw wrong("segment", "\(what) not counted by event or param") }
    }
  }

  // MARK: Values

  private func wrong(_ field: String, _ detail: String) -> RequestError {
    RequestError(.badRequest, field: field, detail)
  }

  private func all(_ name: String) throws(RequestError) -> [String] {
    let values = parameters.filter { $0.name == name }.map(\.value)
    guard values.count <= Self.choiceLimit else { throw wrong(name, "\(name) is given too often") }
    return values
  }

  /// Nil when absent or empty.
  private func one(_ name: String) throws(RequestError) -> String? {
    let values = try all(name)
    guard values.count <= 1 else { throw wrong(name, "\(name) is given twice") }
    return values.first.flatMap { $0.isEmpty ? nil : $0 }
  }

  private func time(_ name: String, _ days: LocalDays) throws(RequestError) -> Int64? {
    guard let text = try one(name) else { return nil }
    if let seconds = Int64(text), (0...253_402_300_799).contains(seconds) { return seconds }
    if let milliseconds = UTCTime.parse(text) {
      // A date alone is that day in the time zone.
      return text.utf8.count == 10 ? days.start(ofDay: milliseconds / 86_400_000) : milliseconds / 1000
    }
    throw wrong(name, "\(name) must be unix seconds, a date such as 2026-11-22, or a time such as 2026-11-22T10:00:00Z")
  }

  /// Seconds of `30m`, `24h`, `3d`, `2w`; at most ten years.
  static func duration(_ text: String) -> Int64? {
    guard let unit = text.utf8.last, let count = Int64(text.dropLast()), count > 0, count <= 10_000_000 else {
      return nil
    }
    let seconds: Int64
    switch unit {
    case UInt8(ascii: "m"): seconds = 60
    case UInt8(ascii: "h"): seconds = 3600
    case UInt8(ascii: "d"): seconds = 86_400
    case UInt8(ascii: "w"): seconds = 604_800
    default: return nil
    }
    let length = count * seconds
    return length <= 10 * 366 * 86_400 ? length : nil
  }
}
