import Hummingbird
import HowUsedModel
import HowUsedServer
import HowUsedStatistics
import HowUsedStore
import Logging
import NIOCore
import NIOPosix
import Redis
import Synchronization
import TestSupport

/// The fast lane and its HTTP server in this process, on a free port, beside a real Redis, with a clock that the test sets.
struct APIServer {
  /// 2026-11-22T10:00:00Z
  static let start: Int64 = 1_795_341_600_000

  let redis: RedisServerProcess
  let client: RedisClient
  let clock: RedisClock
  let gate: IngestGate
  let keys = KeySchema()
  let port: Int
  let workers: WorkerPool
  let registry: BotRegistry
  /// Tells its viewers a hundred times as often as in earnest.
  let hub: LiveHub
  let statistics: FakeStatistics

  /// Bots 1 and 2, with the tokens `api-1`, `view-1`, `api-2`, `view-2`.
  static let bots: [BotID: BotRecord] = {
    var bots: [BotID: BotRecord] = [:]
    for number in 1...2 {
      guard let id = BotID(rawValue: Int64(number)) else { continue }
      bots[id] = BotRecord(
        id: id,
        name: "bot \(number)",
        created: 0,
        apiTokenHash: TokenHash(of: "api-\(number)"),
        viewTokenHash: TokenHash(of: "view-\(number)")
      )
    }
    return bots
  }()

  static func with(
    redisConfig: [String] = [],
    rateLimit: Int? = nil,
    userLimit: Int = 0,
    connections: Int? = nil,
    _ body: @Sendable (APIServer) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    try await RedisServerProcess.with(config: redisConfig) { redis in
      let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
      let clock = RedisClock.manual(milliseconds: start)
      let gate = IngestGate(rateLimit: rateLimit, userLimit: userLimit)
      let workers = try await WorkerPool(
        group: group,
        endpoint: redis.endpoint,
        keys: KeySchema(),
        clock: clock,
        gate: gate,
        logger: logger
      )
      workers.update(BotDirectory(bots: bots))
      let client = RedisClient(endpoint: redis.endpoint, logger: logger)
      let registry = BotRegistry(client: client, keys: KeySchema(), logger: logger)
      let statistics = FakeStatistics()
      let hub = LiveHub(
        client: client,
        keys: KeySchema(),
        clock: clock,
        recentUses: statistics,
        interval: .milliseconds(10),
        logger: logger
      )
      let (ports, portFound) = AsyncStream.makeStream(of: Int.self)
      let http = HTTPService(
        host: "127.0.0.1",
        port: 0,
        group: group,
        workers: workers,
        connections: connections.map { ConnectionLimit($0, countsThisMachine: true, logger: logger) },
        logger: logger,
        onRunning: { channel in portFound.yield(channel.localAddress?.port ?? 0) },
        routes: { router in
          router.get("/elsewhere") { _, _ in "elsewhere" }
          StatisticsRoutes(
            answers: statistics,
            client: client,
            keys: KeySchema(),
            clock: clock,
            registry: registry,
            hub: hub,
            guesses: TokenGuesses(logger: logger)
          ).add(to: router)
        }
      )
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await http.run() }
        tasks.addTask { try await hub.run() }
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next() ?? 0
        try await client.waitUntilReady(timeout: .seconds(30))
        let server = APIServer(
          redis: redis,
          client: client,
          clock: clock,
          gate: gate,
          port: port,
          workers: workers,
          registry: registry,
          hub: hub,
          statistics: statistics
        )
        _ = try await eventually { try await server.online() >= 0 }
        do {
          try await body(server)
        } catch {
          await client.shutdown()
          tasks.cancelAll()
          throw error
        }
        await client.shutdown()
        tasks.cancelAll()
      }
      try await group.shutdownGracefully()
    }
  }

  func connect() async throws -> HTTPConnection { try await .connect(port: port) }

  /// The status and body of one request on a connection of its own.
  @discardableResult
  func post(_ body: String, contentType: String? = "application/json", path: String = "/api") async throws -> String {
    let connection = try await connect()
    let response = try await connection.post(path, body, contentType: contentType)
    await connection.close()
    return "\(response.status) \(response.body)"
  }

  @discardableResult
  func event(_ user: Int64, bot: Int = 1, event: String = "hello", more: String = "") async throws -> String {
    try await post(
      #"{"botId":\#(bot),"apiToken":"api-\#(bot)","requestType":"event","event":"\#(event)","userId":\#(user)\#(more)}"#
    )
  }

  /// The online count; -1 when the answer is an error.
  func online(bot: Int = 1, seconds: Int? = nil) async throws -> Int {
    let window = seconds.map { #","seconds":\#($0)"# } ?? ""
    let answer = try await post(#"{"botId":\#(bot),"apiToken":"view-\#(bot)","requestType":"getOnline"\#(window)}"#)
    guard answer.hasPrefix(#"200 {"ok":true,"onlineCount":"#) else { return -1 }
    return Int(answer.dropFirst(29).dropLast()) ?? -1
  }

  /// The fragments of a bot's stream, in order.
  func fragments(bot: Int64 = 1) async throws -> [String] {
    guard let id = BotID(rawValue: bot) else { return [] }
    let entries = try await client.send("XRANGE", keys.events(keys.partition(of: id)), "-", "+").array ?? []
    return entries.compactMap { $0.array?.last?.array?.last?.string }
  }
}
