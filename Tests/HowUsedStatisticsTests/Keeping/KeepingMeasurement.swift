import Foundation
import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// Prints what counting and joining cost, when asked to: `HOWUSED_MEASURE=1 swift test -c release -Xswiftc
/// -enable-testing --filter KeepingMeasurement`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HOWUSED_MEASURE"] != nil), .serialized)
struct KeepingMeasurement {
  /// One bot with 300,000 users: 20 events, 10 languages and 300 sources; a user's language and source are fixed.
  struct Load {
    var generator = SeededGenerator(state: 8)
    let users: [(id: Int64, language: Int, source: Int)]
    let names: [Double]
    let isRegistering = ProcessInfo.processInfo.environment["HOWUSED_MEASURE_REGISTER"] != nil

    init() {
      var generator = SeededGenerator(state: 7)
      let (languages, sources) = (Self.zipf(10, 1), Self.zipf(300, 0.8))
      names = Self.zipf(20, 1)
      users = (0..<300_000).map { _ in
        (
          Int64.random(in: 100_000_000..<8_000_000_000, using: &generator), Self.pick(languages, &generator),
          Self.pick(sources, &generator)
        )
      }
    }

    static func zipf(_ count: Int, _ exponent: Double) -> [Double] {
      var sums: [Double] = []
      for index in 1...count { sums.append((sums.last ?? 0) + 1 / pow(Double(index), exponent)) }
      return sums.map { $0 / (sums.last ?? 1) }
    }

    static func pick(_ sums: [Double], _ generator: inout SeededGenerator) -> Int {
      let value = Double.random(in: 0..<1, using: &generator)
      return sums.firstIndex { $0 >= value } ?? sums.count - 1
    }

    /// A day's events, in segments of 100,000 events.
    mutating func day(_ day: Int64, events count: Int) -> [[KeptEvent]] {
      let start = day * 86_400_000
      var times = (0..<count).map { _ in Int64.random(in: 0..<86_400_000, using: &generator) }
      times.sort()
      var segments: [[KeptEvent]] = []
      for (index, time) in times.enumerated() {
        if index % 100_000 == 0 { segments.append([]) }
        let random = Double.random(in: 0..<1, using: &generator)
        let user = users[min(users.count - 1, Int(Double(users.count) * random * random))]
        segments[segments.count - 1].append(
          KeptEvent(
            id: StreamID(milliseconds: UInt64(start + time), sequence: UInt64(index)),
            bot: 1,
            user: user.id,
            name: "event_\(Self.pick(names, &generator))",
            params: ["l\(user.language)", "src\(user.source)"],
            registerTime: isRegistering && index % 4 == 0 ? 1_616_161_616 + user.id % 100_000_000 : nil
          )
        )
      }
      return segments
    }
  }

  @Test func countingAndJoining() throws {
    let archive = try KeptArchive()
    var load = Load()
    let compressor = try ZstdCompressor(level: 1)
    let days = Int(ProcessInfo.processInfo.environment["HOWUSED_MEASURE_DAYS"] ?? "3") ?? 3
    let eventsPerDay = 435_000
    for day in 0..<days {
      for segment in load.day(20_600 + Int64(day), events: eventsPerDay) { try archive.seal(segment) }
    }
    let clock = ThreadClock()
    var minutes: [RollupFile] = []
    let repeats = Int(ProcessInfo.processInfo.environment["HOWUSED_MEASURE_REPEATS"] ?? "3") ?? 3
    var counting = 100.0
    for _ in 0..<repeats {
      minutes.removeAll()
      let time = try clock.measure {
        for number in try archive.log.numbers() {
          let counter = SegmentCounter(removals: [:], compressor: compressor)
          minutes.append(try counter.write(number, archive.partition, in: archive.layout).file)
        }
      }
      counting = min(counting, time)
    }
    let events = Double(days * eventsPerDay)
    func memory() -> Int {
      let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
      return line.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    }
    print("counting: \(counting * 1e6 / events) µs an event")
    print("minute files: \(Double(minutes.map(\.size).reduce(0, +)) / events) bytes an event")
    for file in minutes { try Folder.unlink(file.path) }
    var maker = RollupMaker(archive.layout, archive.partition)
    let orders = KeepingOrders(now: (20_600 + Int64(days)) * 86_400_000)
    let keeping = try clock.measure { while try maker.step(orders) == .worked {} }
    print("all files from the archive: \(keeping * 1e6 / events) µs an event, peak memory \(memory()) KB")
    for number in try archive.log.numbers() {
      let counter = SegmentCounter(removals: [:], compressor: compressor)
      _ = try counter.write(number, archive.partition, in: archive.layout)
    }
    let decompressor = try ZstdDecompressor()
    var daySections: [[UInt8]] = []
    var best = 100.0
    for day in 0..<days {
      let start = (20_600 + Int64(day)) * 86_400
      for _ in 0..<repeats {
        var bytes: [UInt8] = []
        let time = try clock.measure {
          let inputs = try minutes.filter { $0.footer.time.lowerBound == start }.flatMap {
            try $0.sections(of: 1, decompressor) { _ in true }
          }
          bytes = try SectionJoin(
            inputs,
            SectionHeader(start: start, span: 86_400, bucket: 900),
            compressor: compressor
          ).encoded(.counted)
        }
        best = min(best, time)
        if daySections.count == day { daySections.append(bytes) }
      }
    }
    print("join of a day: \(best * 1000) ms, of \(eventsPerDay) events")
    print("day files: \(Double(daySections.map(\.count).reduce(0, +)) / events) bytes an event")
    func sections() throws -> [Section] {
      try daySections.enumerated().map {
        try Section($0.element[...], path: "day", order: UInt64($0.offset), decompressor: decompressor)
      }
    }
    print("before months: peak memory \(memory()) KB")
    let first = try sections()[0]
    print("a day: \(first.header), \(first.sizes)")
    for (what, header, peaks) in [
      ("month", SectionHeader(start: 20_600 * 86_400, span: 31 * 86_400, bucket: 900), SectionJoin.Peaks.joined),
      ("coarse month", SectionHeader(start: 20_600 * 86_400, span: 31 * 86_400, bucket: 86_400), .joined),
      ("known", SectionHeader(start: 0, span: 0, bucket: 900), .none),
    ] {
      var bytes: [UInt8] = []
      let time = try clock.measure {
        bytes = try SectionJoin(try sections(), header, compressor: compressor).encoded(peaks)
      }
      print("\(what): \(time * 1000) ms, \(Double(bytes.count) / events) bytes an event, peak memory \(memory()) KB")
    }
  }
}

/// What a thread computes, whoever else keeps the machine busy.
struct ThreadClock {
  /// In seconds.
  func measure(_ body: () throws -> Void) rethrows -> Double {
    let start = now()
    try body()
    return now() - start
  }

  private func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
