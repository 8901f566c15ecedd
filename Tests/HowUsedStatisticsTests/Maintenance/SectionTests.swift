import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// Sections give back what was counted, however they are merged.
struct SectionTests {
  static let day: Int64 = 20_746
  static let dayHeader = SectionHeader(start: day * 86_400, span: 86_400, bucket: 900)

  /// One bot's events of a day in several segments, none of them late.
  private func segments(_ count: Int, of events: Int, seed: UInt64) -> [[KeptEvent]] {
    var generator = KeptEvents(seed: seed)
    generator.bots = [1]
    generator.late = 0
    let part = 1000 / Int64(count)
    return (0..<Int64(count)).map { generator.segment(day: Self.day, $0 * part, ($0 + 1) * part, count: events) }
  }

  @Test(arguments: 1...8)
  func mergesOfMergesAreMergesOfAll(seed: UInt64) throws {
    let kept = try KeptSections()
    let segments = segments(6, of: 400, seed: seed)
    let sections = try segments.enumerated().flatMap { try kept.count($0.element, segment: UInt64($0.offset + 1)) }
    let all = segments.flatMap { $0 }
    #expect(try kept.recount(sections, bot: 1, bucket: 60).difference(from: KeptRecount(all, bucket: 60)) == nil)

    let atOnce = try kept.merge(sections, Self.dayHeader)
    let parts = try [0..<1, 1..<4, 4..<6].map { try kept.merged(Array(sections[$0]), Self.dayHeader) }
    #expect(try kept.merge(parts, Self.dayHeader) == atOnce)
    let day = try kept.open(atOnce, order: 6)
    #expect(try kept.recount([day], bot: 1, bucket: 900).difference(from: KeptRecount(all, bucket: 900)) == nil)

    // However little of it is in memory at once.
    for slice in [1, 37, 500] {
      #expect(try kept.merge(sections, Self.dayHeader, .none, .init(slice: slice)) == atOnce)
      let peaks = try kept.merge(sections, Self.dayHeader, .counted, .init(slice: slice))
      #expect(try peaks == kept.merge(sections, Self.dayHeader, .counted))
    }

    let month = MonthTime.range(of: Self.day * 86_400)
    let monthHeader = SectionHeader(start: month.lowerBound, span: month.upperBound - month.lowerBound, bucket: 900)
    let monthBytes = try kept.merge(sections, monthHeader)
    #expect(try kept.merge(parts, monthHeader) == monthBytes)
    var coarse = monthHeader
    coarse.bucket = 86_400
    let coarseSection = try kept.merged([try kept.open(monthBytes, order: 6)], coarse)
    #expect(try kept.merge(sections, coarse) == kept.merge([day], coarse))
    let recount = try kept.recount([coarseSection], bot: 1, bucket: 86_400)
    #expect(recount.difference(from: KeptRecount(all, bucket: 86_400)) == nil)

    let known = SectionHeader(start: 0, span: 0, bucket: 60)
    let knownBytes = try kept.merge(sections, known)
    for other in [parts, [day], [coarseSection], [coarseSection, day, parts[1]]] {
      #expect(try kept.merge(other, known) == knownBytes)
    }
    var firstEvents = KeptRecount(all, bucket: 60)
    firstEvents.uses = [:]
    #expect(
      try kept.recount([kept.open(knownBytes, order: 6)], bot: 1, bucket: 60).difference(from: firstEvents) == nil
    )
  }

  @Test(arguments: 1...4)
  func peaksAreThoseOfTheMinutes(seed: UInt64) throws {
    let kept = try KeptSections()
    var generator = KeptEvents(seed: seed)
    generator.bots = [1]
    generator.late = 0
    // All within an hour, so that users meet.
    let segments = [(0, 10), (10, 40), (996, 1000)].map { generator.segment(day: Self.day, $0.0, $0.1, count: 300) }
    let sections = try segments.enumerated().flatMap { try kept.count($0.element, segment: UInt64($0.offset)) }
    var users = [Set<Int64>](repeating: [], count: 1440)
    for event in segments.joined() { users[Int(event.happened / 60_000 % 1440)].insert(event.user) }
    let online = users.indices.map { $0 == 0 ? users[0].count : users[$0].union(users[$0 - 1]).count }
    let expected = (0..<96).map { UInt32(online[$0 * 15..<$0 * 15 + 15].max() ?? 0) }
    let day = try kept.merged(sections, Self.dayHeader, .counted)
    #expect(try day.peaks() == expected)
    let month = MonthTime.range(of: Self.day * 86_400)
    var header = SectionHeader(start: month.lowerBound, span: month.upperBound - month.lowerBound, bucket: 900)
    let first = Int((Self.day * 86_400 - month.lowerBound) / 900)
    let merged = try kept.merged([day, day], header, .merged)
    #expect(try Array(merged.peaks()[first..<first + 96]) == expected)
    #expect(try merged.peaks().reduce(0, +) == expected.reduce(0, +))
    header.bucket = 86_400
    let coarse = try kept.merged([merged], header, .merged)
    #expect(try coarse.peaks().filter { $0 > 0 } == [expected.max() ?? 0])
  }

  @Test func manyTuplesOfOneRow() throws {
    let kept = try KeptSections()
    var sections: [Section] = []
    var events: [KeptEvent] = []
    // Twice as many as fit into a row, in three segments; users far apart and next to each other.
    for segment in 0..<3 {
      let times = (0..<50_000).map { UInt64(Self.day * 86_400_000) + UInt64(segment * 50_000 + $0) * 500 }
      let part = times.enumerated().map { index, time in
        let near = Int64(index % 40_000) - 20_000
        return KeptEvent(
          id: StreamID(milliseconds: time, sequence: 1),
          bot: 1,
          user: index % 3 == 0 ? Int64.max - Int64(index) : near == 0 ? 1 : near,
          name: "event"
        )
      }
      sections += try kept.count(part, segment: UInt64(segment + 1))
      events += part
    }
    let day = try kept.merged(sections, Self.dayHeader)
    #expect(day.header.rows > 1 && day.header.tuples > 2 * SectionEncoder.rowTuples)
    #expect(try kept.recount([day], bot: 1, bucket: 900).difference(from: KeptRecount(events, bucket: 900)) == nil)
    let month = MonthTime.range(of: Self.day * 86_400)
    let header = SectionHeader(start: month.lowerBound, span: month.upperBound - month.lowerBound, bucket: 900)
    let merged = try kept.merged([day], header)
    #expect(try kept.recount([merged], bot: 1, bucket: 900).difference(from: KeptRecount(events, bucket: 900)) == nil)
  }

  @Test func tooManyValuesOfAParam() throws {
    let kept = try KeptSections()
    var events: [KeptEvent] = []
    // Value n is used n times; some events have none.
    for value in 0..<60 {
      for use in 0...value {
        events.append(
          KeptEvent(
            id: StreamID(milliseconds: UInt64(Self.day * 86_400_000 + Int64(events.count) * 1000), sequence: 0),
            bot: 1,
            user: Int64(use + 1),
            name: value % 7 == 0 ? "seven" : "event",
            params: ["value \(value)", value % 2 == 0 ? "" : "x"]
          )
        )
      }
    }
    events += (Int64(0)..<5).map {
      let id = StreamID(milliseconds: UInt64(Self.day * 86_400_000 + 80_000_000 + $0))
      return KeptEvent(id: id, bot: 1, user: 3, name: "none")
    }
    let halves = [events[..<900], events[900...]].map(Array.init)
    let sections = try halves.enumerated().flatMap { try kept.count($0.element, segment: UInt64($0.offset)) }
    let day = try kept.merged(sections, Self.dayHeader, .none, .init(values: 20))
    #expect(day.texts[1].count == 20)
    #expect(day.texts[1].contains([]) && day.texts[1].contains(Section.otherValue))
    let kept18 = Set((42..<60).map { Array("value \($0)".utf8) })
    #expect(kept18.isSubset(of: day.texts[1]))
    let renamed = events.map { event in
      var event = event
      if let value = event.params.first, !kept18.contains(Array(value.utf8)) { event.params[0] = "\u{1e}" }
      return event
    }
    #expect(try kept.recount([day], bot: 1, bucket: 900).difference(from: KeptRecount(renamed, bucket: 900)) == nil)
    // What was cut once isn't cut again.
    #expect(try kept.merged([day], Self.dayHeader, .none, .init(values: 20)).texts == day.texts)
  }

  @Test func manyValuesInSlices() throws {
    let kept = try KeptSections()
    let sections = try segments(3, of: 300, seed: 4).enumerated().flatMap {
      try kept.count($0.element, segment: UInt64($0.offset))
    }
    let atOnce = try kept.merge(sections, Self.dayHeader, .none, .init(values: 4))
    #expect(try kept.open(atOnce, order: 1).texts.contains { $0.contains(Section.otherValue) })
    #expect(try kept.merge(sections, Self.dayHeader, .none, .init(values: 4, slice: 40)) == atOnce)
  }

  @Test func nothingAtAll() throws {
    let kept = try KeptSections()
    let empty = try kept.open(try DayCounter(start: Self.day * 86_400).encoded(kept.compressor, segment: 1), order: 1)
    for header in [Self.dayHeader, SectionHeader(start: 0, span: 0, bucket: 60)] {
      let merged = try kept.merged([empty, empty], header, header.span > 0 ? .counted : .none)
      #expect(merged.header.users == 0 && merged.header.rows == 0)
      #expect(try merged.users().isEmpty && merged.firstEvents().minutes.isEmpty)
    }
  }
}
