import Dispatch
import HTTPTypes
import HowUsedModel
import HowUsedStore
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Redis
import Synchronization

@testable import HowUsedServer

/// The server with all of its routes, made once, beside a Redis that is none.
enum FuzzedServer {
  /// 2026-11-22T10:00:00Z, in milliseconds.
  static let now: Int64 = 1_795_341_600_000
  static let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }

  private struct Parts: Sendable {
    let responder: any HTTPResponder<ServerContext>
    /// A real one, which a route may change the options of.
    let channel: any Channel
    let address: SocketAddress
    let bots: BotDirectory
    let clock: RedisClock
  }

  private static let parts: Parts = {
    switch waiting({ try await makeParts() }) {
    case .success(let parts): return parts
    case .failure(let error): preconditionFailure("the server can't be made: \(error)")
    }
  }()

  static var address: SocketAddress { parts.address }

  private static func makeParts() async throws -> Parts {
    let redis = try await FakeRedis.start()
    guard let address = redis.localAddress, let port = address.port else { throw ChannelError.unknownLocalAddress }
    let client = RedisClient(endpoint: RedisEndpoint(address: .tcp(host: "127.0.0.1", port: port)), logger: logger)
    try await client.waitUntilReady(timeout: .seconds(30))
    let registry = BotRegistry(client: client, keys: KeySchema(), logger: logger)
    try await registry.refresh(everything: true)
    let clock = RedisClock.manual(milliseconds: now)
    let gate = IngestGate()
    let health = HealthRoute(
      redis: RedisMonitor(client: client, keys: KeySchema(), gate: gate, logger: logger),
      registry: registry,
      gate: gate,
      archive: { ConsumerHealth(backlog: .unknown("nobody asked"), problem: nil) },
      statistics: { nil }
    )
    let router = HTTPService.router { router in
      health.add(to: router)
      DashboardRoutes.add(to: router)
      Statistics.addRoutes(to: router, client: client, clock: clock, registry: registry)
    }
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
    return Parts(
      responder: router.buildResponder(),
      channel: channel,
      address: address,
      bots: registry.snapshot,
      clock: clock
    )
  }

  /// One for each connection, so that none knows what another has sent. It has no Redis.
  static func worker(on loop: any EventLoop) -> APIWorker {
    let worker = APIWorker(
      redis: RedisConnection(endpoint: RedisEndpoint(address: .unix(path: "/")), eventLoop: loop, logger: logger),
      keys: KeySchema(),
      clock: parts.clock,
      gate: IngestGate(rateLimit: 100),
      eventLoop: loop,
      logger: logger
    )
    worker.update(parts.bots)
    return worker
  }

  /// The router's answer with its body, or the start of one that doesn't end.
  static func answer(_ request: Request) -> (HTTPResponse, ByteBuffer) {
    let parts = parts
    let outcome = waiting {
      let context = ServerContext(source: .init(channel: parts.channel, logger: logger))
      let response = try await parts.responder.respond(to: request, context: context)
      let body = BodyKeeper(endsAfterOne: response.headers[.contentType] == "text/event-stream")
      try? await response.body.write(body)
      return (response.head, body.content)
    }
    switch outcome {
    case .success(let answer): return answer
    case .failure(let error): preconditionFailure("\(request.uri) isn't answered: \(error)")
    }
  }

  /// libFuzzer knows nothing of tasks.
  private static func waiting<Value: Sendable>(
    _ body: @escaping @Sendable () async throws -> Value
  ) -> Result<Value, any Error> {
    let outcome = Outcome<Value>()
    Task {
      do {
        let value = try await body()
        outcome.set(.success(value))
      } catch {
        outcome.set(.failure(error))
      }
    }
    return outcome.wait()
  }
}

/// What a task leaves for a thread.
private final class Outcome<Value: Sendable>: Sendable {
  private let done = DispatchSemaphore(value: 0)
  private let result = Mutex<Result<Value, any Error>?>(nil)

  func set(_ result: Result<Value, any Error>) {
    self.result.withLock { $0 = result }
    done.signal()
  }

  func wait() -> Result<Value, any Error> {
    done.wait()
    return result.withLock { $0 } ?? .failure(CancellationError())
  }
}

/// Takes a response's body.
private final class BodyKeeper: ResponseBodyWriter, Sendable {
  private struct Enough: Error {}

  private let kept = Mutex(ByteBuffer())
  private let endsAfterOne: Bool

  init(endsAfterOne: Bool) { self.endsAfterOne = endsAfterOne }

  var content: ByteBuffer { kept.withLock { $0 } }

  func write(_ buffer: ByteBuffer) async throws {
    kept.withLock { _ = $0.writeImmutableBuffer(buffer) }
    if endsAfterOne { throw Enough() }
  }

  func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
