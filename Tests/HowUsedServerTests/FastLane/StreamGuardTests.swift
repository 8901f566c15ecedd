import HowUsedModel
import HowUsedStore
import NIOCore
import Testing

@testable import HowUsedServer
@testable import Redis

@Suite struct StreamGuardTests {
  private let keys = KeySchema(partitions: 2)
  private let archive = ArchiveIdentity(id: "a", partitions: 2)

  private func bulk(_ text: String) -> RedisValue { .bulk(ByteBuffer(string: text)) }

  private func replies(
    archive: String? = "a",
    partitions: String? = "2",
    _ ids: [String] = ["0-0", "0-0"]
  ) -> [RedisValue] {
    [.array([archive.map { bulk($0) } ?? .null, partitions.map { bulk($0) } ?? .null])]
      + ids.map { .array([bulk("0-0"), bulk($0)]) }
  }

  @Test("Events are taken from this installation's Redis, and from one that nobody has used")
  func accepts() {
    let streamGuard = StreamGuard(keys: keys, archive: archive, floors: [:])
    #expect(streamGuard.questions().count == 3)
    #expect(streamGuard.accepts(replies()))
    #expect(streamGuard.accepts(replies(archive: nil, partitions: nil)))
    #expect(streamGuard.problem == nil)
    #expect(StreamGuard(keys: keys, archive: nil, floors: [:]).accepts(replies(archive: "b")))
  }

  @Test("Of another installation's, or one that refuses, none; why is known until it's over")
  func refuses() {
    let streamGuard = StreamGuard(keys: keys, archive: archive, floors: [:])
    let error = RedisValue.error(RedisServerError(message: "NOPERM no"))
    for (replies, reason) in [
      (replies(archive: "b"), "another archive (b)"), (replies(partitions: "16"), "16 partitions, not 2"),
      (replies(partitions: "many"), "hu:meta"), ([error], "NOPERM"),
      (Array(replies().dropLast()) + [error], "NOPERM"),
    ] {
      #expect(!streamGuard.accepts(replies))
      #expect(streamGuard.problem?.contains(reason) == true, "\(streamGuard.problem ?? "")")
      #expect(!streamGuard.isPassing)
    }
    #expect(!streamGuard.accepts([.error(RedisServerError(message: "LOADING Redis is loading the dataset in memory"))]))
    #expect(streamGuard.isPassing)
    #expect(streamGuard.accepts(replies()))
    #expect(streamGuard.problem == nil)
    #expect(!streamGuard.accepts(replies(["x", "0-0"])))
  }

  @Test("An id is ahead of the clock beyond the tolerance, whoever told of it")
  func ahead() {
    let now: Int64 = 1_000_000
    let (first, second) = (keys.partitions[0], keys.partitions[1])
    let streamGuard = StreamGuard(keys: keys, archive: archive, floors: [first: StreamID(milliseconds: 1_002_000)])
    #expect(!streamGuard.isAhead(first, now: now))
    #expect(streamGuard.lead(now: now) == 0)
    streamGuard.raise([first: StreamID(milliseconds: 1_005_000)])
    #expect(streamGuard.isAhead(first, now: now) && !streamGuard.isAhead(second, now: now))
    #expect(streamGuard.lead(now: now) == 5_000)
    // Never back.
    streamGuard.raise([first: .zero])
    #expect(streamGuard.isAhead(first, now: now))
    #expect(streamGuard.accepts(replies(["0-0", "1009000-3"])))
    #expect(streamGuard.isAhead(second, now: now))
    #expect(!streamGuard.isAhead(second, now: 1_007_001))
  }
}
