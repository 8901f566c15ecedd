import Foundation
import HowUsedModel
@testable import HowUsedStatistics
import Synchronization
import TestSupport
import Testing

@Suite struct QuestionThreadsTests {
  /// Holds a thread until it is opened.
  private final class Gate: Sendable {
    private let isOpen = Mutex(false)
    private let isReached = Mutex(false)
    var hasSomebody: Bool { isReached.withLock { $0 } }

    func open() { isOpen.withLock { $0 = true } }

    func wait() {
      isReached.withLock { $0 = true }
      while !isOpen.withLock({ $0 }) { usleep(1000) }
    }
  }

  private final class Log: Sendable {
    private let bots = Mutex<[BotID]>([])
    var all: [BotID] { bots.withLock { $0 } }
    func add(_ bot: BotID) { bots.withLock { $0.append(bot) } }
  }

  @Test("Bots take turns: one that asks much doesn't keep the others waiting")
  func turns() async throws {
    let (busy, quiet) = (try #require(BotID(rawValue: 1)), try #require(BotID(rawValue: 2)))
    let threads = QuestionThreads(count: 1, longestWait: .seconds(600))
    let gate = Gate()
    let order = Log()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await threads.run(busy) { gate.wait() } }
      #expect(try await eventually { gate.hasSomebody })
      for number in 1...20 {
        group.addTask { try await threads.run(busy) { order.add(busy) } }
        #expect(try await eventually { threads.waiting == number })
      }
      group.addTask { try await threads.run(quiet) { order.add(quiet) } }
      #expect(try await eventually { threads.waiting == 21 })
      gate.open()
      try await group.waitForAll()
    }
    #expect(order.all.prefix(2).contains(quiet))
  }

  @Test("More than may wait are refused at once, and those who wait are answered")
  func limits() async throws {
    let bot = try #require(BotID(rawValue: 1))
    let threads = QuestionThreads(count: 1, longestWait: .seconds(600))
    let gate = Gate()
    let answered = Log()
    let refused = Log()
    await withTaskGroup { group in
      group.addTask { try? await threads.run(bot) { gate.wait() } }
      #expect((try? await eventually { gate.hasSomebody }) == true)
      for _ in 0..<QuestionThreads.waitingLimits.bot + 10 {
        group.addTask {
          do {
            try await threads.run(bot) { answered.add(bot) }
          } catch {
            refused.add(bot)
          }
        }
      }
      #expect((try? await eventually { refused.all.count == 10 }) == true)
      gate.open()
    }
    #expect(answered.all.count == QuestionThreads.waitingLimits.bot)
  }
}
