package import Foundation
import Logging
package import Redis
import Synchronization

/// A real `redis-server` of one test: in a temporary folder, on a Unix socket there, without persistence unless the
/// configuration asks for it. Killed, and its folder removed, when it's not referred to any more.
package final class RedisServerProcess: Sendable {
  /// What was in the log when the server didn't start.
  package struct StartError: Error, CustomStringConvertible {
    package let description: String
  }

  package let folder: TemporaryFolder
  /// On the Unix socket, logging in as the configuration's `requirepass` asks.
  package let endpoint: RedisEndpoint
  private let process = Mutex<ChildProcess?>(nil)
  private let orphanGuard: OrphanGuard
  private let environment: [String: String]

  /// Starts a server and returns when it answers. `config` holds lines as in `redis.conf`, such as `"appendonly yes"`;
  /// they win over the defaults. `password` is required of its clients; with a `username`, `config` must make that user.
  /// `environment` has variables besides those of this process.
  package static func start(
    config: [String] = [],
    username: String? = nil,
    password: String? = nil,
    environment: [String: String] = [:]
  ) async throws -> RedisServerProcess {
    let server = try RedisServerProcess(
      config: config,
      username: username,
      password: password,
      environment: environment
    )
    try await server.start()
    return server
  }

  /// Starts a server, and stops it when `body` ends, however it ends.
  package static func with(
    config: [String] = [],
    username: String? = nil,
    password: String? = nil,
    environment: [String: String] = [:],
    isolation: isolated (any Actor)? = #isolation,
    _ body: (RedisServerProcess) async throws -> Void
  ) async throws {
    let server = try await start(
      config: config,
      username: username,
      password: password,
      environment: environment
    )
    defer { server.kill() }
    try await body(server)
  }

  private init(config: [String], username: String?, password: String?, environment: [String: String]) throws {
    self.environment = environment
    folder = try TemporaryFolder()
    orphanGuard = try OrphanGuard(folder: folder.path)
    let socket = folder.path + "/redis.sock"
    endpoint = RedisEndpoint(address: .unix(path: socket), username: username, password: password)
    var lines = [
      "port 0", "unixsocket \(socket)", "unixsocketperm 700", "dir \(folder.path)", "daemonize no", "save \"\"",
      "appendonly no",
    ]
    if let password, username == nil { lines.append("requirepass \(password)") }
    lines += config
    try lines.joined(separator: "\n").appending("\n").write(toFile: configPath, atomically: true, encoding: .utf8)
  }

  package var socketPath: String { folder.path + "/redis.sock" }
  /// For a command line. Without credentials.
  package var url: String { "unix://\(socketPath)" }
  private var configPath: String { folder.path + "/redis.conf" }
  private var logPath: String { folder.path + "/redis.log" }

  /// All that the server has printed.
  package var log: String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

  /// Nil when it isn't running.
  package var processID: pid_t? { process.withLock { $0?.processID } }

  /// Starts the server again in its folder, where whatever it persisted still is. Returns when it answers.
  package func start() async throws {
    let child = try process.withLock { current in
      // A restarted Redis binds its socket anew, but a file that is left over could be connected to before it did.
      let setting = environment.isEmpty ? [] : ["/usr/bin/env"] + environment.map { "\($0)=\($1)" }
      let command = setting + ["redis-server", configPath]
      if current == nil { try? FileManager.default.removeItem(atPath: socketPath) }
      let child = try current ?? ChildProcess(command, log: logPath)
      current = child
      orphanGuard.guardProcess(child.processID)
      return child
    }
    let client = RedisClient(endpoint: endpoint, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let answered = try await eventually {
      guard child.isRunning else { throw StartError(description: log) }
      return (try? await client.send("PING").string) == "PONG"
    }
    await client.shutdown()
    guard answered else { throw StartError(description: "redis-server doesn't answer\n\(log)") }
  }

  /// `kill -9`, and waits until it's gone.
  package func kill() {
    process.withLock { current in
      current?.kill()
      current = nil
      orphanGuard.releaseProcess()
    }
  }

  /// SIGTERM, so that it saves what it persists, and waits until it's gone.
  package func stop() async {
    await process.withLock { $0 }?.stop()
    kill()
  }

  /// `kill -9`, then `start`.
  package func restart() async throws {
    kill()
    try await start()
  }

  /// SIGSTOP: it answers nothing, while connections to it stay open and new ones can be made.
  package func pause() {
    process.withLock { $0?.signal(SIGSTOP) }
  }

  /// SIGCONT.
  package func resume() {
    process.withLock { $0?.signal(SIGCONT) }
  }
}
