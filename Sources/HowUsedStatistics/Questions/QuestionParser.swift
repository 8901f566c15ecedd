package import HowUsedModel

/// Reads the questions of `/stats`, `/top`, `/retention`, `/summary` and `/events`. What can't be answered is refused with a
/// 400 that names the parameter, since any number would be wrong. Unknown parameters are ignored.
package struct QuestionParser: Sendable {
  private let parameters: QueryParameters
  /// Unix seconds.
  private let now: Int64
  private let retention: StatisticsRetention

  /// The longest text to search names for, in UTF-8 bytes.
  package static let searchBytes = 256
  /// The highest offset.
  package static let offsetLimit = 1_000_000_000

  /// - Parameter now: unix seconds.
  package init(
    parameters: [(name: String, value: String)],
    now: Int64,
    retention: StatisticsRetention = StatisticsRetention()
  ) {
    self.parameters = QueryParameters(parameters)
    self.now = now
    self.retention = retention
  }

  // MARK: /stats

  /// A question for each metric that is asked for, in their order; at least one.
  package func charts() throws(RequestError) -> [ChartQuery] {
    let metrics: [ChartMetric] = try parameters.words("metric")
    var questions: [ChartQuery] = []
    for metric in metrics.isEmpty ? [.uses] : metrics { questions.append(try chart(metric)) }
    return questions
  }

  private func chart(_ metric: ChartMetric) throws(RequestError) -> ChartQuery {
    let filter = try parameters.filter()
    let segment = try segment("segment")
    let compares = try compares()
    var request = try parameters.timelineRequest(retention)
    request.step = try parameters.divider()
    switch metric {
    case .uses, .users: break
    case .new: try checkNew(filter)
    case .online: try checkOnline(filter, segment)
    case .active: try checkActive(segment, compares, &request)
    }
    if compares {
      guard segment == nil else { throw wrong("compare", "compare can't be combined with segment") }
      request.before = .previous
    }
    let (timeline, before) = try request.timeline(now: now)
    var query = ChartQuery(metric: metric, timeline: timeline)
    query.filter = filter
    query.segment = segment
    if metric == .active { query.lead = before } else { query.previous = before }
    return query
  }

  private func checkNew(_ filter: EventFilter) throws(RequestError) {
    guard !filter.updates else {
      throw wrong("type", "new users are counted together, whether by events or by updates")
    }
  }

  private func checkOnline(_ filter: EventFilter, _ segment: ChartSegment?) throws(RequestError) {
    let what = "the online count is not counted by"
    if !filter.events.isEverything { throw wrong("event", "\(what) event") }
    if let place = filter.params.firstIndex(where: { !$0.isEverything }) {
      throw wrong("param_\(place + 1)", "\(what) param")
    }
    if segment != nil { throw wrong("segment", "\(what) event or param") }
    if filter.updates { throw wrong("type", "\(what) type") }
  }

  private func checkActive(
    _ segment: ChartSegment?,
    _ compares: Bool,
    _ request: inout TimelineRequest
  ) throws(RequestError) {
    if segment != nil { throw wrong("segment", "active users are not divided by event or param: filter instead") }
    if compares { throw wrong("compare", "active users are not compared with the time before") }
    guard request.step == nil || request.step == 86_400 else {
      throw wrong("divider", "active users are counted by the day: divider must be auto or 24h")
    }
    request.step = 86_400
    request.before = .days(ChartQuery.leadDays)
  }

  // MARK: /top

  package func top() throws(RequestError) -> TopQuery {
    guard let by = try segment("by") else { throw wrong("by", "by must be event, param_1, param_2 or param_3") }
    var request = try parameters.timelineRequest(retention)
    request.before = .previous
    let (timeline, before) = try request.timeline(now: now)
    let start = before?.start ?? timeline.start
    let previous = Timeline(
      bounds: [start, timeline.start],
      step: timeline.start - start,
      base: timeline.base,
      note: timeline.note
    )
    var query = TopQuery(by: by, timeline: timeline.whole, previous: previous)
    query.filter = try parameters.filter()
    query.search = try parameters.one("search") ?? ""
    guard query.search.utf8.count <= Self.searchBytes else {
      throw wrong("search", "search may have at most \(Self.searchBytes) bytes")
    }
    query.order = try parameters.word("sort") ?? .uses
    query.limit = try parameters.integer("limit", in: TopQuery.limits, default: query.limit)
    query.offset = try parameters.integer("offset", in: 0...Self.offsetLimit, default: 0)
    return query
  }

  // MARK: The others

  package func retentionQuery() throws(RequestError) -> RetentionQuery {
    let unit: RetentionQuery.Unit = try parameters.word("unit") ?? .week
    let request = try parameters.timelineRequest(retention)
    let filter = try parameters.filter()
    var query = try request.retention(unit, now: now)
    query.filter = filter
    return query
  }

  package func summary() throws(RequestError) -> SummaryQuery {
    let zone = try parameters.zone()
    var request = TimelineRequest()
    request.retention = retention
    request.days = zone.days
    request.step = 86_400
    // One more, should the zone have left a day out.
    request.period = 4 * 86_400
    let four = try request.timeline(now: now).timeline
    let days = Timeline(bounds: four.bounds.suffix(4), step: four.step, base: four.base, note: four.note)
    let calendar = days.note == .daysInUTC ? .utc : zone.days
    let byNow = (calendar.shift(now, byDays: -1) + 30) / 60 * 60
    return SummaryQuery(days: days, byNow: min(max(byNow, days.bounds[1]), days.bounds[2]), zone: zone.name)
  }

  /// How many events are asked for.
  package func recentLimit() throws(RequestError) -> Int {
    try parameters.integer("limit", in: RecentEvents.limits, default: RecentEvents.limits.upperBound)
  }

  /// How the answer is to be written.
  package func format() throws(RequestError) -> AnswerFormat { try parameters.word("format") ?? .json }

  // MARK: Values

  private func segment(_ name: String) throws(RequestError) -> ChartSegment? {
    guard let text = try parameters.one(name) else { return nil }
    guard let segment = ChartSegment(text) else {
      throw wrong(name, "\(name) must be event, param_1, param_2 or param_3")
    }
    return segment
  }

  private func compares() throws(RequestError) -> Bool {
    guard let text = try parameters.one("compare") else { return false }
    guard text == "previous" else { throw wrong("compare", "compare must be previous") }
    return true
  }

  private func wrong(_ field: String, _ detail: String) -> RequestError { QueryParameters.wrong(field, detail) }
}
