import HowUsedModel
import Testing

@testable import howused

/// What is expected of many events is found first, since a failed expectation would show all of them.
@Suite struct SimulatedTrafficTests {
  private typealias Event = SimulatedTraffic.Event

  /// 2026-11-25T12:00:00Z, a Wednesday.
  private static let present: Int64 = 1_795_608_000_000
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  private static func traffic(rate: Double = 0.3, seed: UInt64 = 1, from start: Int64) -> SimulatedTraffic {
    SimulatedTraffic(SimulatedUsers(rate: rate, seed: seed, present: present), from: start)
  }

  private static func events(
    rate: Double = 0.3,
    seed: UInt64 = 1,
    from start: Int64,
    to end: Int64
  ) -> [Event] {
    var traffic = traffic(rate: rate, seed: seed, from: start)
    return traffic.next(before: end, limit: .max)
  }

  @Test("The present is what it says")
  func present() { #expect(UTCTime.format(milliseconds: Self.present) == "2026-11-25T12:00:00.000Z") }

  @Test("It goes on as it was: however it's cut into pieces, the same happens")
  func continuous() {
    let start = Self.present - 3 * Self.day
    let whole = Self.events(from: start, to: Self.present + Self.hour)
    let isWithin = whole.allSatisfy { $0.time >= start && $0.time < Self.present + Self.hour }
    #expect(isWithin)
    let isInOrder = zip(whole, whole.dropFirst()).allSatisfy { $0.time <= $1.time }
    #expect(isInOrder)

    var traffic = Self.traffic(from: start)
    var pieces: [Event] = []
    var generator = SplitMix64(hashing: 5)
    while true {
      let part = traffic.next(before: Self.present, limit: Int.random(in: 1...900, using: &generator))
      if part.isEmpty { break }
      pieces += part
    }
    for moment in stride(from: Self.present, through: Self.present + Self.hour, by: 100) {
      pieces += traffic.next(before: moment, limit: 500)
    }
    let isSame = pieces == whole
    #expect(isSame)
  }

  @Test("Another run, begun later, does the same from there on, but for who was there before it began")
  func again() {
    let first = Self.events(from: Self.present - 2 * Self.day, to: Self.present + Self.hour)
    let second = Self.events(from: Self.present, to: Self.present + Self.hour)
    func told(_ events: some Sequence<Event>) -> [String] { events.map { "\($0.time) \($0.user) \($0.name)" } }
    let isSame = told(first.filter { $0.time >= Self.present }) == told(second)
    #expect(isSame)
    let isOther = told(second) != told(Self.events(seed: 2, from: Self.present, to: Self.present + Self.hour))
    #expect(isOther)
  }

  @Test("The last hour of the past and the first of the present have the same rate")
  func seamless() {
    let events = Self.events(rate: 1, from: Self.present - Self.hour, to: Self.present + Self.hour)
    let before = events.count { $0.time < Self.present }
    let after = events.count - before
    #expect(abs(Double(after) / Double(before) - 1) < 0.2, "\(before), then \(after)")
  }

  @Test("On average the rate is what was asked for, and grows slowly to it")
  func rate() {
    let rate = 0.3
    let days = 21.0
    let events = Self.events(rate: rate, from: Self.present - Int64(days) * Self.day, to: Self.present)
    let found = Double(events.count) / (days * 86_400)
    // A campaign more or less, and 0.8 % more each day.
    #expect((0.8...1.02).contains(found / rate), "\(found) instead of \(rate)")
    let weeks = (0..<3).map { week in
      events.count { (Self.present - $0.time) / (7 * Self.day) == 2 - week }
    }
    #expect(weeks[0] < weeks[1] && weeks[1] < weeks[2], "\(weeks)")
    #expect(Double(weeks[2]) < 1.3 * Double(weeks[0]), "\(weeks)")
  }

  @Test("The evening is busy and the night is not, the weekend busier than the week")
  func rhythm() {
    let events = Self.events(from: Self.present - 14 * Self.day, to: Self.present)
    var hours = [Int](repeating: 0, count: 24)
    for event in events { hours[Int(event.time / Self.hour % 24)] += 1 }
    #expect((15...19).contains(hours.indices.max { hours[$0] < hours[$1] } ?? 0), "\(hours)")
    #expect((0...4).contains(hours.indices.min { hours[$0] < hours[$1] } ?? 0), "\(hours)")
    #expect(5 * (hours.min() ?? 0) < 2 * (hours.max() ?? 0), "\(hours)")
    // 1970-01-01 was a Thursday.
    var days = [Int](repeating: 0, count: 7)
    for event in events { days[Int((event.time / Self.day + 3) % 7)] += 1 }
    #expect(Double(days[5] + days[6]) > 1.1 * Double(days[1] + days[2]), "\(days)")
  }

  @Test("A user is one: the same language and source always, and an id of their own")
  func users() {
    let events = Self.events(from: Self.present - 7 * Self.day, to: Self.present)
    var traits: [Int64: Set<String>] = [:]
    for event in events { traits[event.user, default: []].insert("\(event.language) \(event.source)") }
    let areFixed = traits.values.allSatisfy { $0.count == 1 }
    #expect(areFixed)
    let areValid = traits.keys.allSatisfy { UserID(rawValue: $0) != nil }
    #expect(areValid)
    #expect(Set(events.map(\.language)) == Set(SimulatedWords.languages.map(\.code)))

    let users = SimulatedUsers(rate: 5, seed: 3, present: Self.present)
    var ids: [Int64] = []
    let today = Self.present / Self.day
    for day in today - 10..<today { users.forEachNewcomer(on: day) { ids.append(users.id(of: $0)) } }
    let count = (all: ids.count, different: Set(ids).count)
    #expect(count.all > 10_000 && count.all == count.different)
  }

  @Test("New users come every day; some stay")
  func returning() {
    let start = Self.present - 28 * Self.day
    let events = Self.events(from: start, to: Self.present)
    var first: [Int64: Int64] = [:]
    var days: [Int64: Set<Int64>] = [:]
    for event in events {
      let day = event.time / Self.day
      if first[event.user] == nil { first[event.user] = day }
      days[event.user, default: []].insert(day)
    }
    let firstDay = start / Self.day + 1
    var newcomers = [Int](repeating: 0, count: 27)
    for day in first.values where firstDay..<firstDay + 27 ~= day { newcomers[Int(day - firstDay)] += 1 }
    #expect(newcomers.dropFirst(13).allSatisfy { (150...1500).contains($0) }, "\(newcomers)")
    let week = first.filter { firstDay + 13..<firstDay + 20 ~= $0.value }
    let stayed = Double(week.count { days[$0.key]?.contains($0.value + 7) ?? false }) / Double(week.count)
    #expect((0.03...0.25).contains(stayed))
    let once = Double(days.values.count { $0.count == 1 }) / Double(days.count)
    #expect((0.35...0.8).contains(once))
    let mostDays = days.values.map(\.count).max() ?? 0
    #expect(mostDays > 20)
  }

  @Test("Events are as frequent as those of a bot, and all could come over the API")
  func names() {
    let events = Self.events(from: Self.present - 7 * Self.day, to: Self.present)
    let counts = Dictionary(grouping: events, by: \.name).mapValues(\.count)
    #expect(counts.count == SimulatedWords.events.count + 1)
    #expect(counts.keys.allSatisfy { Limits.eventScalars.contains($0.unicodeScalars.count) })
    let sorted = counts.values.sorted(by: >)
    #expect(sorted[0] > 8 * sorted[sorted.count - 1], "\(counts)")
    let sources = Set(events.map(\.source))
    #expect(sources.count > SimulatedWords.sources.count)
    #expect(sources.allSatisfy { $0.utf8.count <= Limits.paramBytes })
  }

  @Test("Who was there before says since when; of the others some do")
  func registrations() {
    let start = Self.present - 7 * Self.day
    var first: [Int64: Event] = [:]
    for event in Self.events(from: start, to: Self.present) where first[event.user] == nil {
      first[event.user] = event
    }
    let told = first.values.compactMap { event in event.registered.map { (event.time / 1000, $0) } }
    let isFuture = told.contains { $0.0 < $0.1 }
    #expect(!isFuture)
    let isEarlier = told.contains { $0.1 * 1000 < start }
    #expect(isEarlier)
    let isNow = told.contains { $0.0 == $0.1 }
    #expect(isNow)
    let counts = (all: first.count, told: told.count)
    #expect(counts.told < counts.all)
  }
}
