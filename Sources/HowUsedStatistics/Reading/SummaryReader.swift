/// Answers ``SummaryQuery``s, but for who is online now.
struct SummaryReader {
  let reader: BotReader

  func answer(_ query: SummaryQuery) throws -> Summary {
    let days = try figures(query.days)
    var byNow = Summary.Figures(time: query.yesterdayByNow)
    if !byNow.time.isEmpty {
      let bounds = [byNow.time.lowerBound, byNow.time.upperBound]
      byNow = try figures(Timeline(bounds: bounds, step: bounds[1] - bounds[0], base: .minute))[0]
    }
    var summary = Summary(
      asOf: reader.snapshot.asOf,
      today: .init(figures: days[2], before: byNow),
      yesterday: .init(figures: days[1], before: days[0])
    )
    let today = Timeline(
      bounds: Array(query.days.bounds.suffix(2)),
      step: query.days.step,
      base: query.days.base,
      note: query.days.note
    )
    summary.topEvents = try top(.event, today)
    summary.topParams = try (1...3).map { try top(.param($0), today) }
    summary.isApproximate = reader.isSampled
    return summary
  }

  private func figures(_ timeline: Timeline) throws -> [Summary.Figures] {
    let filter = EventFilter()
    let names = [ChartAnswer.allName]
    let uses = try reader.uses(filter, nil, names, hasOther: false, timeline).values(of: 0)
    let users = try reader.userCounts(filter, nil, names, hasOther: false, timeline)[0].values
    let peaks = try reader.peaks(timeline)
    var new = [Int64](repeating: 0, count: timeline.count)
    try reader.registrations(filter, nil, timeline.bounds, { _ in 0 }) { _, _, point in new[point] += 1 }
    return (0..<timeline.count).map { point in
      var figures = Summary.Figures(time: timeline.bounds[point]..<timeline.bounds[point + 1])
      figures.users = users[point]
      figures.uses = uses[point]
      figures.new = new[point]
      figures.peakOnline = peaks[point]
      return figures
    }
  }

  private func top(_ segment: ChartSegment, _ timeline: Timeline) throws -> [Summary.Row] {
    let values = try reader.usesByValue(EventFilter(), segment, timeline).ranking().filter { !$0.name.isEmpty }
      .prefix(Summary.rowLimit)
    guard !values.isEmpty else { return [] }
    let names = values.map(\.name).sorted { $0.lexicographicallyPrecedes($1) }
    let counts = try reader.userCounts(EventFilter(), segment, names, hasOther: false, timeline)
    let users = Dictionary(uniqueKeysWithValues: zip(names, counts.map(\.total)))
    return values.map { .init(name: $0.name, uses: $0.uses, users: users[$0.name] ?? 0) }
  }
}
