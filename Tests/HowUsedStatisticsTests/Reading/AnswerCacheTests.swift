import HowUsedModel
@testable import HowUsedStatistics
import Synchronization
import Testing

@Suite struct AnswerCacheTests {
  private struct Answer: CachedAnswer {
    var number: Int
    var size = 0
  }

  /// Numbers what it finds.
  private final class Finder: Sendable {
    private let found = Mutex(0)
    var count: Int { found.withLock { $0 } }

    private func next() -> Int {
      found.withLock { found in
        found += 1
        return found
      }
    }

    func find(size: Int = 0) -> Answer { Answer(number: next(), size: size) }
  }

  private let cache = AnswerCache()
  private let finder = Finder()
  private let bot: BotID

  init() throws { bot = try #require(BotID(rawValue: 1)) }

  private func ask(
    _ question: AnswerCache.Question = .online(1),
    of bot: BotID? = nil,
    changes: UInt64 = 0,
    arrivals: UInt64 = 0,
    size: Int = 0
  ) async throws -> Int {
    try await cache.answer(question, bot ?? self.bot, BotVersion(changes: changes, arrivals: arrivals)) { [finder] in
      finder.find(size: size)
    }.number
  }

  @Test("As long as nothing changed a question is answered once; another bot, question or version is another one")
  func once() async throws {
    #expect(try await ask() == 1)
    #expect(try await ask() == 1)
    #expect(try await ask(.online(2)) == 2)
    #expect(try await ask(of: BotID(rawValue: 2)) == 3)
    #expect(try await ask(arrivals: 1) == 4)
    #expect(try await ask(changes: 1, arrivals: 1) == 5)
    #expect(try await ask(changes: 1, arrivals: 1) == 5)
    #expect(try await ask() == 6, "the older answer isn't kept beside the newer one")
  }

  @Test("Who asks while an answer is being found waits for that one")
  func together() async throws {
    let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<50 {
        group.addTask {
          try await self.cache.answer(.online(1), self.bot, BotVersion()) {
            try await Task.sleep(for: .milliseconds(50))
            return self.finder.find()
          }.number
        }
      }
      return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
    }
    #expect(numbers == [1])
  }

  @Test("An error is no answer: who asks next has it tried again")
  func errors() async throws {
    await #expect(throws: StatisticsUnavailable.self) {
      _ = try await cache.answer(.online(1), bot, BotVersion()) { () throws -> Answer in
        throw StatisticsUnavailable("not now")
      }
    }
    #expect(try await ask() == 1)
  }

  @Test("With too many, or too large ones, those that weren't asked for the longest time are forgotten")
  func bounded() async throws {
    for second in 0..<2001 { _ = try await ask(.online(Int64(second))) }
    #expect(try await ask(.online(2000)) == 2001)
    #expect(try await ask(.online(0)) == 2002)
    for second in 3000..<3020 { _ = try await ask(.online(Int64(second)), size: 1 << 20) }
    let count = finder.count
    #expect(try await ask(.online(3019)) == count)
    #expect(try await ask(.online(3000)) == count + 1)
  }
}
