import Foundation
import HowUsedModel
import HowUsedStore
import Logging
import Redis
import TestSupport
import Testing

/// A data folder with bot 1, the servers on it, and what they acknowledged and archived.
struct ServedFolder {
  let folder: TemporaryFolder
  private let installation: TestInstallation
  /// Its private Redis.
  let endpoint: RedisEndpoint
  let keys = KeySchema()

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  static let patience = Duration.seconds(60)

  init() async throws {
    folder = try TemporaryFolder()
    endpoint = RedisEndpoint(address: .unix(path: "\(folder.path)/redis/redis.sock"))
    installation = TestInstallation(folder.path)
    try await installation.add(bots: 1...1)
  }

  /// A server; it may not be ready yet.
  func start(_ options: [String] = [], _ environment: [String: String] = [:]) async throws -> ServerProcess {
    try await ServerProcess(dataFolder: folder.path, options: options, environment: environment)
  }

  /// A server that takes events.
  func serve(_ options: [String] = [], _ environment: [String: String] = [:]) async throws -> ServerProcess {
    let server = try await start(options, environment)
    let isReady = try await eventually(within: Self.patience) { try await Self.health(server).status == "ready" }
    #expect(isReady, "\(server.output)")
    return server
  }

  func withRedis<Value: Sendable>(_ body: (RedisClient) async throws -> Value) async throws -> Value {
    let client = RedisClient(endpoint: endpoint, logger: Self.logger)
    do {
      try await client.waitUntilReady(timeout: Self.patience)
      let value = try await body(client)
      await client.shutdown()
      return value
    } catch {
      await client.shutdown()
      throw error
    }
  }

  struct Health: Decodable {
    struct Archive: Decodable {
      let partitions: Int?
      let problem: String?
      let lagEvents: Int?
    }
    struct Statistics: Decodable {
      let problem: String?
    }
    struct Redis: Decodable {
      let writesPostponed: Bool?
    }
    let status: String
    let archive: Archive
    let statistics: Statistics
    let redis: Redis
  }

  static func health(_ server: ServerProcess) async throws -> Health {
    let connection = try await HTTPConnection.connect(port: server.port)
    let response = try await connection.get("/health")
    await connection.close()
    return try JSONDecoder().decode(Health.self, from: Data(response.body.utf8))
  }

  /// Returns those whose events were acknowledged.
  static func send(_ users: ClosedRange<Int>, to server: ServerProcess) async throws -> [Int] {
    let connection = try await HTTPConnection.connect(port: server.port)
    var acknowledged: [Int] = []
    for user in users {
      let body = #"{"botId":1,"apiToken":"api-token","requestType":"event","event":"served","userId":\#(user)}"#
      if try await connection.post("/api", body).body == #"{"ok":true}"# { acknowledged.append(user) }
    }
    await connection.close()
    return acknowledged
  }

  /// The user ids of all lines in sealed files, in their order.
  func archived() async throws -> [Int] { try await installation.archived().map(\.userId) }

  /// Serves until everything is sealed: memory that is no longer short seals nothing before its time, and a stop on a slow
  /// machine may leave events in Redis.
  func drain(_ options: [String]) async throws {
    let server = try await serve(options + ["--archive-interval", "1"])
    let isDrained = try await eventually(within: Self.patience) {
      try await withRedis { try await waiting($0) } == 0
    }
    #expect(isDrained, "\(server.output)")
    #expect(await server.stop() != nil, "\(server.output)")
  }

  /// Entries in all streams.
  func waiting(_ client: RedisClient) async throws -> Int {
    let lengths = try await client.pipeline(keys.partitions.map { ["XLEN", keys.events($0)] })
    return Int(lengths.reduce(0) { $0 + ($1.int ?? 0) })
  }

  func verify() async throws { try await installation.verify() }
}
