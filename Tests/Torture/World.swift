import Foundation
import HowUsedModel
import HowUsedStore
import NIOCore
import Synchronization
import TestSupport

/// All that runs: two servers on one data folder, a proxy, a Redis behind it, each Redis and archive on a small disk of its own.
final class World: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let partitions = 4
  /// Seconds.
  static let archiveInterval = 5
  static let redisLimit = 256 << 20
  static let password = "torture"
  private static let diskSize = "256m"
  private static let keys = KeySchema(partitions: partitions)

  let folder: String
  let data: String
  let archive: String
  let redisFolder: String
  let program: String
  let abilities: Set<Fault.Need>
  let servers: [TorturedServer]
  let redis: TorturedServer
  let proxy: WireProxy
  let serverShim: ShimControl
  let redisShim: ShimControl
  let ledger = Ledger()
  /// Whether the clients send nothing for a while.
  let isQuiet = Atomic(false)

  private let redisSocket: String
  private let proxySocket: String
  private let problems = Mutex<[String]>([])
  /// What ``replaceByText(_:)`` put aside.
  private let aside = Mutex<String?>(nil)

  init(folder: String, program: String, shim: String?) async throws {
    self.folder = folder
    self.program = program
    data = folder + "/data"
    archive = data + "/archive"
    redisFolder = folder + "/redis"
    redisSocket = folder + "/redis.sock"
    proxySocket = folder + "/proxy.sock"
    serverShim = try ShimControl(library: shim, path: folder + "/server.control")
    redisShim = try ShimControl(library: shim, path: folder + "/redis.control")
    for place in [data, redisFolder] {
      try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    }
    var abilities: Set<Fault.Need> = shim == nil ? [] : [.shim]
    let disks = [data, redisFolder].map { "mount -t tmpfs -o size=\(Self.diskSize) tmpfs '\($0)'" }
    if try await HowUsedProgram().shell(disks.joined(separator: " && ")).status == 0 { abilities.insert(.mounts) }
    self.abilities = abilities
    try FileManager.default.createDirectory(atPath: archive, withIntermediateDirectories: true)

    let configuration = """
      port 0
      unixsocket \(redisSocket)
      dir \(redisFolder)
      save ""
      appendonly yes
      appendfsync always
      auto-aof-rewrite-min-size 16mb
      loading-process-events-interval-bytes 1024
      maxmemory \(Self.redisLimit)
      maxmemory-policy noeviction
      enable-debug-command yes

      """
    try configuration.write(toFile: folder + "/redis.conf", atomically: true, encoding: .utf8)
    redis = TorturedServer(
      name: "redis",
      command: ["redis-server", folder + "/redis.conf"],
      log: folder + "/redis.log"
    )
    let options = ["--data-dir", data, "--redis-url", "unix://" + proxySocket]
    servers = try ["a", "b"].map { name in
      let port = try freePort()
      let serving = [
        "serve", "--port", "\(port)", "--threads", "1", "--archive-interval", "\(Self.archiveInterval)",
      ]
      return TorturedServer(
        name: "server-\(name)",
        port: port,
        command: ["HOWUSED_PARTITIONS=\(Self.partitions)", program] + serving + options,
        log: "\(folder)/server-\(name).log"
      )
    }
    proxy = try WireProxy(listenAt: proxySocket, target: redisSocket)
  }

  /// Starts everything and returns when events are taken.
  func start() async throws {
    try await startRedis()
    try await addBots()
    try startServers()
    guard await Recovery(world: self).events(within: .seconds(30)) != nil else {
      throw Failure(description: "the servers don't take events; see \(folder)")
    }
  }

  /// Tells, at the end, of what must not be.
  func report(_ problem: String) {
    let line = "\(ledger.now / 1000) s: \(problem)"
    problems.withLock { $0.append(line) }
    print("problem: \(line)")
  }

  /// Tells of what took too long since `moment`. On a machine that is busy with other things it's only printed.
  func reportLate(_ problem: String, since moment: MachineLoad.Moment) {
    guard moment.wasTooBusy else { return report(problem) }
    print("late, on a machine that is too busy to tell: \(ledger.now / 1000) s: \(problem)")
  }

  var allProblems: [String] { problems.withLock { $0 } }

  // MARK: Commands

  func shell(_ line: String) async throws -> HowUsedProgram.Outcome {
    try await HowUsedProgram(environment: ["HOWUSED_PARTITIONS": "\(Self.partitions)"]).shell(line)
  }

  func must(_ line: String) async throws {
    let outcome = try await shell(line)
    guard outcome.status == 0 else { throw Failure(description: "\(line): \(outcome.output)\(outcome.error)") }
  }

  /// Runs a command of the program itself, for at most five minutes.
  func howUsed(_ arguments: String) async throws -> HowUsedProgram.Outcome {
    try await shell("timeout 300 '\(program)' \(arguments) --data-dir '\(data)' --redis-url 'unix://\(proxySocket)'")
  }

  func addBots() async throws {
    for bot in TortureEvent.bots {
      let tokens = "--api-token \(TortureEvent.apiToken) --view-token \(TortureEvent.viewToken)"
      let added = try await howUsed("bot add \(bot) \(tokens)")
      guard added.status == 0 || added.error.contains("already") else {
        throw Failure(description: "bot add: \(added.error)")
      }
    }
  }

  // MARK: Servers

  func startServers() throws {
    for server in servers { try server.start(environment: serverShim.environment) }
  }

  func stopServer(_ index: Int) async {
    let moment = MachineLoad.now
    if await servers[index].stop(within: .seconds(15)) == nil {
      reportLate("\(servers[index].name) had not ended 15 s after SIGTERM", since: moment)
    }
  }

  func archivingServer() async -> Int? {
    for index in servers.indices {
      if let partitions = await Recovery(world: self).health(servers[index])?.archive?.partitions, partitions > 0 {
        return index
      }
    }
    return nil
  }

  /// Whether that server comes to archive all partitions.
  func isArchiving(_ index: Int, within limit: Duration) async -> Bool {
    let isSo = try? await eventually(within: limit, every: .milliseconds(200)) { () -> Bool in
      await Recovery(world: self).health(servers[index])?.archive?.partitions == Self.partitions
    }
    return isSo == true
  }

  /// Large batches, until one is refused.
  func sendUntilRefused(within limit: Duration) async throws {
    let sender = Sender(ledger: ledger)
    let moment = MachineLoad.now
    let isRefused = try await eventually(within: limit) { () -> Bool in
      await sender.send(to: servers[0], bot: 1, count: 500, timeout: .seconds(5)) == .refused
    }
    if !isRefused { reportLate("events were still taken when Redis's memory was full", since: moment) }
    await sender.close()
  }

  // MARK: Redis

  func startRedis() async throws {
    try redis.start(environment: redisShim.environment)
    try await waitForRedis()
  }

  func waitForRedis() async throws {
    let answers = try await eventually { try await shell("\(commandLine) PING").output == "PONG\n" }
    guard answers else { throw Failure(description: "Redis doesn't answer; see \(folder)/redis.log") }
  }

  private var commandLine: String { "REDISCLI_AUTH=\(Self.password) timeout 20 redis-cli -e -s '\(redisSocket)'" }

  /// Past the proxy.
  @discardableResult
  func ask(_ command: String) async throws -> String {
    let outcome = try await shell("\(commandLine) \(command) 2>/dev/null")
    guard outcome.status == 0 else { throw Failure(description: "redis-cli \(command): \(outcome.output)") }
    return outcome.output
  }

  /// Bytes.
  func redisMemory() async throws -> Int {
    let lines = try await ask("INFO memory").split(whereSeparator: \.isNewline)
    let text = lines.first { $0.hasPrefix("used_memory:") }?.dropFirst("used_memory:".count)
    guard let text, let bytes = Int(text) else { throw Failure(description: "no used_memory") }
    return bytes
  }

  /// Events that are still in Redis.
  func waiting() async throws -> Int {
    var count = 0
    for partition in 0..<Self.partitions {
      count += Int(try await ask("XLEN '\(Self.stream(partition))'").prefix { $0.isNumber }) ?? 0
    }
    return count
  }

  static func stream(_ partition: Int) -> String { keys.events(keys.partitions[partition]) }

  static func onlineSet(_ bot: Int) -> String { BotID(rawValue: Int64(bot)).map { keys.online($0) } ?? "" }

  /// Puts a text in a key's place, until ``putBack()``.
  func replaceByText(_ key: String) async throws {
    aside.withLock { $0 = key }
    let script = "redis.call('RENAME',KEYS[1],KEYS[2]) redis.call('SET',KEYS[1],'x')"
    // Without the key there is nothing to replace, which does no harm.
    _ = try? await ask("EVAL \"\(script)\" 2 '\(key)' '\(key):aside'")
  }

  func putBack() async throws {
    guard let key = aside.withLock({ $0 }) else { return }
    let script = "if redis.call('EXISTS',KEYS[2]) == 1 then redis.call('RENAME',KEYS[2],KEYS[1]) end"
    try await ask("EVAL \"\(script)\" 2 '\(key)' '\(key):aside'")
  }

  // MARK: Disks

  /// Leaves no byte free on the disk of that folder.
  func fill(_ folder: String) async throws {
    _ = try await shell("dd if=/dev/zero of='\(folder)/filler' bs=4k 2>/dev/null")
  }

  func unfill(_ folder: String) throws {
    if unlink(folder + "/filler") != 0, errno != ENOENT { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
  }
}
