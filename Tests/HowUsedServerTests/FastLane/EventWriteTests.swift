import HowUsedModel
import HowUsedStore
import Logging
import NIOCore
import NIOEmbedded
import Testing

@testable import HowUsedServer
@testable import Redis

/// What is promised to those who wait, when Redis's replies are as nobody expects them.
@Suite struct EventWriteTests {
  /// Keeps the answers that it was given.
  private final class Client: APIResponder {
    var answers: [String] = []
    func respond(_ answer: APIAnswer, place: Int) {
      let text =
        switch answer {
        case .ok: "ok"
        case .online(let count): "online \(count)"
        case .duplicate: "duplicate"
        case .accepted(let count, let duplicates): "accepted \(count)\(duplicates == 0 ? "" : ", \(duplicates) again")"
        case .failed(let error): error.code.rawValue
        }
      answers.append("\(place) \(text)")
    }
    func flushResponses() {}
  }

  private func makeWorker(_ loop: EmbeddedEventLoop) -> APIWorker {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return APIWorker(
      redis: RedisConnection(endpoint: RedisEndpoint(address: .unix(path: "/none")), eventLoop: loop, logger: logger),
      keys: KeySchema(),
      clock: .manual(milliseconds: 1_795_341_600_000),
      gate: IngestGate(),
      eventLoop: loop,
      logger: logger
    )
  }

  /// Lets `write` hear replies as from Redis, the first of them for the command at `index`.
  private func reply(_ text: String, to write: some RedisReplyHandler, from index: Int = 0) throws {
    var parser = ReplyParser()
    var index = index
    try Array(text.utf8).withUnsafeBytes { bytes in
      try parser.read(bytes) { reply in
        write.redisReplied(reply, index: index)
        index += 1
        return true
      }
    }
  }

  private func add(_ count: Int, to write: EventWrite, of worker: APIWorker) throws {
    let bot = try #require(BotID(rawValue: 1))
    let hash = TokenHash(of: "token")
    let record = BotRecord(id: bot, name: "", created: 0, apiTokenHash: hash, viewTokenHash: hash)
    let workerBot = WorkerBot(record: record, id: bot, keys: KeySchema(), rate: nil)
    for _ in 0..<count { write.addEvent(of: workerBot, fragment: UnsafeRawBufferPointer(start: nil, count: 0)) }
  }

  @Test func moreRepliesThanWaiters() throws {
    let loop = EmbeddedEventLoop()
    let worker = makeWorker(loop)
    let client = Client()
    let write = EventWrite(worker: worker)
    try add(4, to: write, of: worker)
    write.addWaiter(client, place: 0, events: 1, isBatch: false)
    write.addWaiter(client, place: 1, events: 0, isBatch: true)
    try reply("$3\r\n1-1\r\n-OOM\r\n-OOM\r\n-OOM\r\n+OK\r\n-ERR\r\n:1\r\n", to: write)
    #expect(client.answers == ["1 outcome_unknown", "0 ok"])
    // Used again, and nobody waits.
    try reply("-ERR a\r\n-ERR b\r\n:1\r\n", to: write, from: 0)
    write.redisFailed(.timedOut)
    #expect(client.answers.count == 2)
    loop.run()
  }

  @Test func anEventThatNobodyWaitsFor() throws {
    let loop = EmbeddedEventLoop()
    let worker = makeWorker(loop)
    let write = EventWrite(worker: worker)
    try add(3, to: write, of: worker)
    try reply("-OOM\r\n$3\r\n1-1\r\n-OOM\r\n", to: write)
    #expect(write.events == 0)
    loop.run()
  }

  /// Replies that come when everybody else has let go of the worker.
  @Test func theWorkerIsThereUntilTheReplyIs() throws {
    let loop = EmbeddedEventLoop()
    let client = Client()
    let (write, read) = {
      let worker = makeWorker(loop)
      let (write, read) = (EventWrite(worker: worker), OnlineRead(worker: worker, seconds: 120))
      write.addWaiter(client, place: 0, events: 1, isBatch: false)
      read.addWaiter(client, place: 1)
      return (write, read)
    }()
    write.redisFailed(.connectionLost)
    try reply(":5\r\n", to: read)
    #expect(client.answers == ["0 outcome_unknown", "1 online 5"])
    loop.run()
  }

  @Test func aWorkerThatHasStoppedIsLetGoOf() throws {
    let loop = EmbeddedEventLoop()
    weak var gone: APIWorker?
    do {
      let worker = makeWorker(loop)
      gone = worker
      let writes = (0..<3).map { _ in EventWrite(worker: worker) }
      writes[0].redisFailed(.timedOut)
      worker.stop()
      writes[1].redisFailed(.connectionLost)
      loop.run()
    }
    #expect(gone == nil)
  }
}
