@testable import HowUsedArchive
import HowUsedModel
import TestSupport
import Testing

@Suite struct EntryNumbersTests {
  private static func id(_ milliseconds: Int) -> StreamID { StreamID(milliseconds: UInt64(max(0, milliseconds))) }

  /// A stream with one entry at each of these milliseconds, of which the first ones may be trimmed.
  private static func info(_ times: [Int], trimmed: Int = 0) -> StreamInfo {
    StreamInfo(
      length: Int64(times.count - trimmed),
      lastGeneratedID: times.last.map { id($0) } ?? .zero,
      entriesAdded: Int64(times.count),
      first: times.count > trimmed ? id(times[trimmed]) : nil,
      last: times.count > trimmed ? times.last.map { id($0) } : nil
    )
  }

  /// Bursts, pauses and quiet times, looked at each second, by a consumer that follows at its own pace.
  @Test(arguments: [0, 800, 3000, 20_000])
  func offByLessThanASecondsEvents(behind delay: Int) {
    var generator = SplitMix64(state: TestRun.seed() &+ UInt64(delay))
    var numbers = EntryNumbers()
    var times: [Int] = []
    for second in 1...60 {
      let rate = [0, 1, 20, 1000].randomElement(using: &generator) ?? 0
      var added = Set<Int>()
      while added.count < rate { added.insert(second * 1000 + Int.random(in: 0..<1000, using: &generator)) }
      times += added.sorted()
      let position = (second + 1) * 1000 - delay
      let waiting = times.filter { $0 > position }
      // The others are trimmed, but for the last few seconds.
      let info = Self.info(times, trimmed: times.count { $0 < position - 5000 })
      guard let next = waiting.first else {
        numbers.record(info)
        continue
      }
      let told = numbers.waiting(behind: Self.id(position), next: Self.id(next), info)
      #expect(abs(Int(told) - waiting.count) <= 1000, "second \(second)")
      if waiting.count == times.count { #expect(Int(told) == waiting.count) }
    }
  }

  @Test("However long a consumer is behind, a bounded number of samples is kept, and they still say enough")
  func bounded() {
    var numbers = EntryNumbers()
    let times = Array(1...20_000)
    for count in stride(from: 10, through: 20_000, by: 10) {
      let info = Self.info(Array(times[..<count]))
      #expect(numbers.waiting(behind: Self.id(5), next: Self.id(6), info) - Int64(count - 5) <= 1)
      #expect(numbers.count <= EntryNumbers.limit)
    }
    let told = numbers.waiting(behind: Self.id(15_000), next: Self.id(15_001), Self.info(times))
    #expect(abs(told - 5000) <= 1)
    #expect(numbers.count < EntryNumbers.limit)
  }

  @Test("A Redis that doesn't tell how many were added: what's in the stream is told apart by time alone")
  func withoutEntriesAdded() {
    var numbers = EntryNumbers()
    var info = Self.info(Array(1...1000), trimmed: 100)
    info.entriesAdded = nil
    #expect(abs(numbers.waiting(behind: Self.id(700), next: Self.id(701), info) - 300) <= 1)
    #expect(numbers.waiting(behind: Self.id(50), next: Self.id(101), info) == 900)
    info = Self.info(Array(1...1000), trimmed: 600)
    info.entriesAdded = nil
    #expect(abs(numbers.waiting(behind: Self.id(700), next: Self.id(701), info) - 300) <= 1)
  }
}
