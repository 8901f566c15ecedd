import HowUsedModel

/// Reads what was counted in a time, from as few buckets as it takes.
struct FiguresReader {
  let reader: ChartReader
  let statistics: BotStatistics
  private(set) var isApproximate = false

  init(reader: ChartReader, statistics: BotStatistics) {
    self.reader = reader
    self.statistics = statistics
  }

  /// - Parameter time: Unix seconds, of whole buckets of the finest resolution.
  mutating func figures(_ time: Range<Int64>, finest: Resolution) async throws -> Summary.Figures {
    var figures = Summary.Figures(time: time)
    let buckets = Timeline.cover(time, finest: finest)
    guard !buckets.isEmpty else { return figures }
    let hasUpdates = statistics.updatesName != nil
    let fields = ["n", "t"] + (hasUpdates ? ["v"] : [])
    for numbers in try await reader.numbers(fields, buckets, statistics) {
      figures.new += numbers[0]
      figures.uses += numbers.dropFirst().reduce(0, +)
    }
    let dimensions = [Dimension.all] + (hasUpdates ? [Dimension.updates] : [])
    var union = UserUnion(reader: reader, statistics: statistics, points: 1) { dimension in
      dimensions.contains(dimension) ? ChartAnswer.allName : nil
    }
    let all = union.series.table.series(ChartAnswer.allName)
    try await union.read([buckets], dimensions)
    try await union.settle(0..<1)
    figures.users = union.series.table[all, 0]
    if union.isApproximate { isApproximate = true }
    for resolution in Resolution.allCases {
      let numbers = buckets.filter { $0.resolution == resolution }.map(\.number)
      guard let first = numbers.first, let last = numbers.last else { continue }
      let peaks = try await reader.peaks(resolution, first..<last + 1, statistics)
      for number in numbers { figures.peakOnline = max(figures.peakOnline, peaks[number] ?? 0) }
    }
    return figures
  }
}
