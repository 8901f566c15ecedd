import HowUsedModel
import HowUsedStore
import Logging
import NIOCore
import NIOEmbedded
import Redis
import TestSupport
import Testing

@testable import HowUsedServer

/// A whole connection, from the bytes to the answers: both readers of requests are in it, and where the bytes are cut decides
/// nothing but when each of them is given what.
@Suite struct SplitConnectionTests {
  private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test func answersAreTheSameHoweverTheBytesArrive() throws {
    var random = SplitMix64(state: TestRun.seed())
    var answered = 0
    var refused = 0
    for _ in 0..<2_000 {
      let requests = (0..<Int.random(in: 1...3, using: &random)).flatMap { _ in RecognizerOracleTests.generate(&random)
      }
      let whole = try Self.answers(to: [requests[...]])
      let cuts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
        Int.random(in: 0...requests.count, using: &random)
      }
      let bounds = [0] + cuts.sorted() + [requests.count]
      let pieces = zip(bounds, bounds.dropFirst()).map { requests[$0..<$1] }
      #expect(
        try Self.answers(to: pieces) == whole,
        "\(String(decoding: requests, as: UTF8.self).debugDescription), cut at \(cuts.sorted())"
      )
      answered += whole.isEmpty ? 0 : 1
      refused += whole.contains(#""error":"bad_request""#) ? 1 : 0
    }
    #expect(answered > 1_500 && refused > 200, "\(answered) answered, \(refused) refused")
  }

  /// What the server sends, until nothing comes any more.
  private static func answers(to pieces: [ArraySlice<UInt8>]) throws -> String {
    let loop = EmbeddedEventLoop()
    let clock = RedisClock.manual(milliseconds: 1_795_341_600_000)
    let worker = APIWorker(
      redis: RedisConnection(endpoint: RedisEndpoint(address: .unix(path: "/")), eventLoop: loop, logger: logger),
      keys: KeySchema(),
      clock: clock,
      gate: IngestGate(),
      eventLoop: loop,
      logger: logger
    )
    worker.update(BotDirectory(bots: [:]))
    let handler = FastLaneHandler(worker: worker) { channel, progress in
      try FastLaneChannel.addHTTPHandlers(to: channel, worker: worker, progress: progress, logger: logger)
    }
    let channel = EmbeddedChannel(handler: handler, loop: loop)
    channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    var answer = ByteBuffer()
    for piece in pieces {
      // A connection that was closed receives nothing.
      guard channel.isActive, (try? channel.writeInbound(ByteBuffer(bytes: piece))) != nil else { break }
      loop.run()
      while var part = try? channel.readOutbound(as: ByteBuffer.self) { answer.writeBuffer(&part) }
    }
    loop.advanceTime(by: .seconds(1))
    while var part = try? channel.readOutbound(as: ByteBuffer.self) { answer.writeBuffer(&part) }
    _ = try? channel.finish(acceptAlreadyClosed: true)
    worker.stop()
    return String(buffer: answer)
  }
}
