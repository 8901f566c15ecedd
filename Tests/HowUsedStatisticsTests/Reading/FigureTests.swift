import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// What is counted when sections are merged, and which questions it answers. That the answers are right in every case is
/// tested by ``RecountPropertyTests``.
struct FigureTests {
  private static let start = SectionTests.day * 86_400
  private let kept: KeptSections
  private let events: [KeptEvent]

  init() throws {
    kept = try KeptSections()
    var generator = KeptEvents(seed: TestRun.seed())
    generator.bots = [1]
    generator.late = 0
    events = generator.segment(day: SectionTests.day, count: 3000).map { event in
      var event = event
      event.name = event.name ?? "/start"
      return event
    }
  }

  private func day(_ limits: SectionFigures.Limits) throws -> Section {
    try kept.merged(kept.count(events, segment: 1), SectionTests.dayHeader, .counted, .init(figures: limits))
  }

  /// The events with a value in a bucket or several.
  private func events(_ section: Section, _ dimension: Int, _ value: UInt32, _ buckets: Range<Int>) -> [KeptEvent] {
    events.filter { event in
      let bucket = Int((event.happened / 1000 - Self.start) / 900)
      guard buckets.contains(bucket) else { return false }
      return dimension == SectionFigures.everything || event.texts[dimension] == section.texts[dimension][Int(value)]
    }
  }

  @Test func figuresAreThoseOfTheEvents() throws {
    let section = try day(.init(values: 3, tuplesPerBucket: 0.5))
    let figures = try #require(try section.figures())
    #expect(figures.values.map(\.count) == [3, 3, 3, 3, 1])
    for dimension in 0...SectionFigures.everything {
      let uses = try section.figures(.uses, dimension)
      let users = try section.figures(.users, dimension)
      #expect(uses.count == figures.values[dimension].count * 96 && users.count == figures.values[dimension].count * 93)
      for (place, value) in figures.values[dimension].enumerated() {
        for bucket in 0..<96 {
          let found = events(section, dimension, value, bucket..<bucket + 1)
          #expect(Int(uses[place * 96 + bucket]) == found.count)
        }
        for bucket in 0..<93 {
          let found = events(section, dimension, value, bucket..<bucket + 4)
          #expect(Int(users[place * 93 + bucket]) == Set(found.map(\.user)).count)
        }
      }
    }
  }

  @Test func fewTuplesHaveNone() throws {
    #expect(try day(.init(tuplesPerBucket: 100)).figures() == nil)
    let section = try day(.init(tuplesPerBucket: 8))
    let figures = try #require(try section.figures())
    let rows = try section.rows()
    for dimension in 0..<4 {
      var tuples = [Int](repeating: 0, count: section.texts[dimension].count)
      for (value, count) in zip(rows.values[dimension], rows.tuples) { tuples[Int(value)] += Int(count) }
      #expect(figures.values[dimension].map { Int($0) } == tuples.indices.filter { tuples[$0] >= 8 * 96 })
    }
    var coarse = SectionTests.dayHeader
    coarse.bucket = 86_400
    #expect(try kept.merged([section], coarse, .merged).figures() == nil)
  }

  @Test func oneValueIsEverything() throws {
    let few = events.filter { $0.texts[2].isEmpty }
    let limits = SectionFigures.Limits(tuplesPerBucket: 0.5)
    let section = try kept.merged(kept.count(few, segment: 1), SectionTests.dayHeader, .counted, .init(figures: limits))
    let figures = try #require(try section.figures())
    #expect(figures.values[2].isEmpty && figures.values[SectionFigures.everything] == [0])
    var filter = EventFilter()
    for (isExcluded, number) in [(false, 3), (true, RowSelection.none)] as [(Bool, Int32)] {
      filter.params[1] = Choice([[]], isExcluded: isExcluded)
      for segment in [nil, ChartSegment.param(2)] {
        let selection = RowSelection(filter, segment, updatesName: nil)
        let decisive = try #require(selection.decisive(in: section) { _ in 3 })
        #expect(decisive == (SectionFigures.everything, [number]))
        let series = try SectionSeries(section, selection, adds: true) { _ in 3 }
        #expect(series.otherRows == nil && series.told.map(\.series) == (isExcluded ? [] : [3]))
      }
    }
  }

  /// A reader of a day whose tuples can't be read, and its users by row neither.
  private func reader(_ limits: SectionFigures.Limits) throws -> BotReader {
    let sections = try kept.count(events, segment: 1)
    var bytes = try kept.merge(sections, SectionTests.dayHeader, .counted, .init(figures: limits))
    let blocks = try kept.open(bytes, order: 1).blockPlaces
    for place in blocks { bytes[place] = 0 }
    return try reader(bytes)
  }

  private func reader(_ bytes: [UInt8]) throws -> BotReader {
    let snapshot = BotSections(
      bot: 1,
      files: RollupSet(Partition(rawValue: 1)),
      removal: nil,
      tail: [.memory(bytes, start: Self.start, number: 0)],
      asOf: 0,
      updatesName: nil
    )
    return try BotReader(snapshot, cache: ScanCache(), deadline: .now + .seconds(60))
  }

  private func isAnswered(
    _ metric: ChartMetric,
    _ bounds: some Sequence<Int64>,
    _ reader: BotReader,
    _ change: (inout ChartQuery) -> Void = { _ in }
  ) throws -> Bool {
    let bounds = bounds.map { Self.start + $0 }
    var query = ChartQuery(
      metric: metric,
      timeline: Timeline(bounds: bounds, step: bounds[1] - bounds[0], base: .quarter)
    )
    change(&query)
    do {
      let answer = try ChartReader(reader: reader).answer(query)
      #expect(answer.series.reduce(0) { $0 + $1.total } > 0)
      return true
    } catch is RollupDamage {
      return false
    }
  }

  @Test func figuresAnswerWithoutTuples() throws {
    let reader = try reader(.init(tuplesPerBucket: 0.1))
    let hours = stride(from: Int64(0), through: 86_400, by: 3600)
    let odd = stride(from: Int64(2700), through: 86_400, by: 3600)
    let pay: (inout ChartQuery) -> Void = { $0.filter.events = Choice([Array("pay".utf8)]) }
    let notA: (inout ChartQuery) -> Void = { $0.filter.params[1] = Choice([Array("a".utf8)], isExcluded: true) }
    let two: (inout ChartQuery) -> Void = { query in
      pay(&query)
      query.segment = .param(1)
    }
    for step in [900, 3600, 7200] {
      let bounds = stride(from: Int64(0), through: 80_000, by: step)
      #expect(try isAnswered(.uses, bounds, reader))
      #expect(try isAnswered(.uses, bounds, reader) { $0.segment = .event })
      #expect(try isAnswered(.uses, bounds, reader, notA))
      #expect(try !isAnswered(.uses, bounds, reader, two))
    }
    #expect(try isAnswered(.users, hours, reader))
    #expect(try isAnswered(.users, [0, 86_400], reader))
    // Who was there within a part of the day isn't known, nor in other points than hours.
    #expect(try !isAnswered(.users, hours.dropLast(), reader))
    #expect(try !isAnswered(.users, odd, reader))
    #expect(try !isAnswered(.users, stride(from: Int64(0), through: 86_400, by: 7200), reader))
    // With a filter rows' users are read.
    #expect(try !isAnswered(.users, hours, reader, pay))
  }

  @Test func fewValuesHaveFigures() throws {
    let reader = try reader(.init(values: 2, tuplesPerBucket: 0.1))
    let hours = stride(from: Int64(0), through: 86_400, by: 3600)
    #expect(try isAnswered(.uses, hours, reader))
    #expect(try !isAnswered(.uses, hours, reader) { $0.segment = .event })
  }

  /// Where everybody has one value, whoever isn't in a series that figures tell is in the one of all others.
  @Test(arguments: [0, 97]) func othersAreWhoIsLeft(strays: Int) throws {
    let events = events.enumerated().map { index, event in
      var event = event
      let isStray = strays > 0 && index % strays == 0
      event.params = ["", "source \(isStray ? 0 : event.user.magnitude % 30)"]
      return event
    }
    let limits = SectionFigures.Limits(tuplesPerBucket: 0.1)
    let sections = try kept.count(events, segment: 1)
    let reader = try reader(kept.merge(sections, SectionTests.dayHeader, .counted, .init(figures: limits)))
    let bounds = (0...24).map { Self.start + $0 * 3600 }
    var query = ChartQuery(metric: .users, timeline: Timeline(bounds: bounds, step: 3600, base: .quarter))
    query.segment = .param(2)
    let answer = try ChartReader(reader: reader).answer(query)
    #expect(answer.series.count == ChartQuery.seriesLimit + 1)
    let shown = Set(answer.series.map(\.name))
    for series in answer.series {
      func users(_ hours: Range<Int>) -> Int64 {
        let time = bounds[hours.lowerBound]..<bounds[hours.upperBound]
        let found = events.filter { event in
          let value = event.texts[2]
          let isOne = series.name == ChartAnswer.otherName ? !shown.contains(value) : value == series.name
          return isOne && time.contains(event.happened / 1000)
        }
        return Int64(Set(found.map(\.user)).count)
      }
      #expect(series.total == users(0..<24))
      #expect(series.values == (0..<24).map { users($0..<$0 + 1) })
    }
  }
}
