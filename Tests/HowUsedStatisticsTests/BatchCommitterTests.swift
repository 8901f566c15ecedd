import HowUsedModel
import HowUsedStore
import Testing

@testable import HowUsedStatistics

/// What may happen between a batch's registrations and its commit, which aren't done at once.
@Suite struct BatchCommitterTests {
  private let bot: Int64 = 1
  private let after = StreamID(milliseconds: 5)

  private func batch(users: ClosedRange<Int64>, registered: Int64) -> Batch {
    var batch = Batch()
    for user in users {
      batch.add(
        bot: bot,
        user: user,
        event: .empty,
        params: Params(),
        milliseconds: WallClock.seconds * 1000,
        sent: registered
      )
    }
    return batch
  }

  private func committer(_ bench: StatisticsBench) -> BatchCommitter {
    let keys = StatisticsKeys(bench.schema, bench.partition(bot))
    return BatchCommitter(
      client: bench.client,
      positionKey: keys.position,
      generationsKey: keys.generations,
      prefix: keys.prefix
    )
  }

  /// Registration times by user, of more users than are made known at once.
  private func known(_ bench: StatisticsBench) async throws -> [String: String] {
    let dump = try await StatisticsDump.read(bench)
    return dump.entries.filter { $0.key.contains(":known:") }
  }

  @Test func aBotThatIsRemovedBetweenIsCountedFromNothing() async throws {
    try await StatisticsBench.with { bench in
      let keys = StatisticsKeys(bench.schema, bench.partition(bot))
      let removed = try #require(BotID(rawValue: bot))
      let batch = batch(users: 1...100, registered: 7)
      var committer = committer(bench)
      let outcome = try await committer.commit(batch, from: .zero, to: after) {
        let known = try await known(bench)
        #expect(known.count == 100)
        try await GenerationCleaner(client: bench.client, keys: keys).removeAll(of: removed)
      }
      guard case .moved(.zero) = outcome else { throw Unexpected(outcome) }
      #expect(try await known(bench).isEmpty)
      guard case .done = try await committer.commit(batch, from: .zero, to: after) else { throw Unexpected(outcome) }
      #expect(try await known(bench).count == 100)
      #expect(try await committer.position() == after)
    }
  }

  @Test func ofTwoWhoRegisterTheLaterOneCommits() async throws {
    try await StatisticsBench.with { bench in
      var (first, second) = (committer(bench), committer(bench))
      let more = batch(users: 1...100, registered: 9)
      let outcome = try await first.commit(batch(users: 1...100, registered: 7), from: .zero, to: after) {
        let refused = try await second.register(more, at: .zero, claim: "second")
        #expect(refused == nil)
      }
      guard case .moved(.zero) = outcome else { throw Unexpected(outcome) }
      #expect(try await first.position() == .zero)
      guard case .done = try await second.commit(more, from: .zero, to: after) else { throw Unexpected(outcome) }
      let found = try await known(bench)
      #expect(found.count == 100 && found.values.allSatisfy { $0 == "9" })
    }
  }

  private struct Unexpected: Error {
    let outcome: BatchCommitter.Outcome
    init(_ outcome: BatchCommitter.Outcome) { self.outcome = outcome }
  }
}
