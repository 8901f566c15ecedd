import HowUsedModel
import TestSupport

/// A random question as a client asks it, and what is needed to ask the recount the same.
struct RecountAsk: CustomStringConvertible, Sendable {
  var bot: Int64
  var metric: RecountMetric
  var include: [RecountDimension: [String]] = [:]
  var exclude: [RecountDimension: [String]] = [:]
  var segment: RecountDimension?
  var updates = false
  /// Such as "3d"; nil: `from` and `to` are asked for.
  var period: String?
  /// Unix seconds.
  var from: Int64 = 0
  var to: Int64 = 0
  /// Nil: auto.
  var divider: RecountDivider?
  var zone: String

  /// - Parameter generator: whose events are asked about; `generator.now` is the time of asking.
  init(_ generator: RecountGenerator, using random: inout SplitMix64) {
    func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    bot = generator.bots.randomElement(using: &random) ?? 1
    metric = RecountMetric.allCases.randomElement(using: &random) ?? .uses
    zone = RecountGenerator.zones.randomElement(using: &random) ?? "UTC"
    if metric == .active {
      divider = chance(2) ? .day : nil
    } else if !chance(6) {
      divider = RecountDivider.allCases.randomElement(using: &random)
    }
    let periods: [String] =
      switch divider {
      case _ where metric == .active: ["24h", "3d", "1w"]
      case nil: ["30m", "24h", "3d", "2w"]
      case .minute: ["30m", "3h", "12h"]
      case .fiveMinutes: ["30m", "6h", "24h"]
      case .quarter: ["6h", "24h", "3d"]
      case .hour: ["24h", "3d", "1w"]
      case .day: ["3d", "9d", "2w"]
      case .week: ["2w", "21d", "5w"]
      }
    if chance(3) {
      // Minutes are kept 48 hours, all else for longer than the generator's spans.
      let oldest =
        divider == .minute || divider == .fiveMinutes
        ? max(generator.now - 47 * 3600, generator.span.lowerBound / 1000) : generator.span.lowerBound / 1000
      to = Int64.random(in: oldest + 3600...generator.now, using: &random)
      // No more buckets than a chart has.
      let longest: Int64 = divider == .minute ? 12 * 3600 : divider == .quarter ? 4 * 86_400 : 12 * 86_400
      from = max(oldest, to - Int64.random(in: 1800...longest, using: &random))
    } else {
      period = periods.randomElement(using: &random)
    }
    if metric == .online { return }
    if metric != .new, chance(10) {
      // Updates have no params and, until migrated, no name that the contract gives: they are not filtered.
      updates = true
      return
    }
    for dimension in RecountDimension.allCases where chance(3) {
      let values = Self.values(dimension, &random)
      if chance(3) { exclude[dimension] = values } else { include[dimension] = values }
    }
    if metric != .active, chance(2) { segment = RecountDimension.allCases.randomElement(using: &random) }
  }

  /// Asks the same by the hour or the day, of a time of any length and by one dimension at most: what stored figures tell.
  mutating func simplify(_ generator: RecountGenerator, using random: inout SplitMix64) {
    func chance(_ oneIn: Int) -> Bool { Int.random(in: 0..<oneIn, using: &random) == 0 }
    let dimension = RecountDimension.allCases.randomElement(using: &random) ?? .event
    include = include.filter { $0.key == dimension }
    exclude = exclude.filter { $0.key == dimension }
    if segment != nil { segment = dimension }
    guard metric == .uses || metric == .users else { return }
    divider = chance(4) ? .day : .hour
    period = nil
    let first = generator.span.lowerBound / 1000
    let civil = UTCTime.civil(daysSinceEpoch: first / 86_400)
    let month = UTCTime.daysSinceEpoch(year: civil.year, month: civil.month, day: 1) * 86_400
    from = chance(3) ? Int64.random(in: first...generator.now - 86_400, using: &random) : chance(2) ? month : first
    to = chance(2) ? generator.now : Int64.random(in: from + 3600...generator.now, using: &random)
  }

  /// One to twelve values, now and then one that no event has.
  private static func values(_ dimension: RecountDimension, _ random: inout SplitMix64) -> [String] {
    let known =
      switch dimension {
      case .event: RecountGenerator.names
      case .param_1: RecountGenerator.languages
      case .param_2: RecountGenerator.sources
      case .param_3: ["A", "B"]
      }
    let count = Int.random(in: 0..<4, using: &random) == 0 ? 12 : Int.random(in: 1...3, using: &random)
    // Half of the time of the first few, which are frequent.
    let pool = Bool.random(using: &random) ? known : Array(known.prefix(5))
    return (pool + ["unknown"]).shuffled(using: &random).prefix(count).map { $0 }
  }

  /// Names and values of the filter's part of the query, not percent-encoded: of use for `/top` and `/retention` too.
  var filterParameters: [(String, String)] {
    var parameters: [(String, String)] = []
    for dimension in RecountDimension.allCases {
      for (sense, lists) in [("", include), ("!", exclude)] {
        guard let values = lists[dimension]?.map(Self.escaped) else { continue }
        if values.count == 2 {
          parameters += values.map { (dimension.rawValue, sense + $0) }
        } else {
          parameters.append((dimension.rawValue, sense + values.joined(separator: ",")))
        }
      }
    }
    if updates { parameters.append(("type", "update")) }
    return parameters
  }

  /// All of the query of `/stats` but id and token, not percent-encoded.
  var parameters: [(String, String)] {
    var parameters = [("metric", metric.rawValue), ("tz", zone)]
    if let period {
      parameters.append(("period", period))
    } else {
      parameters += [("from", "\(from)"), ("to", "\(to)")]
    }
    if let divider { parameters.append(("divider", divider.rawValue)) }
    if let segment { parameters.append(("segment", segment.rawValue)) }
    return parameters + filterParameters
  }

  static func escaped(_ value: String) -> String {
    String(value.flatMap { "\\,!".contains($0) ? ["\\", $0] : [$0] })
  }

  func question(bounds: [Int64]) -> RecountQuestion {
    RecountQuestion(
      bot: bot,
      metric: metric,
      include: include,
      exclude: exclude,
      segment: segment,
      bounds: bounds,
      updates: updates
    )
  }

  var description: String {
    "bot \(bot) " + parameters.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
  }
}
