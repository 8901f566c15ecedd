import HowUsedModel
package import HowUsedStore
package import Logging
package import Redis
import ServiceLifecycle

/// Removes what earlier versions kept of statistics in Redis: counters, which are in files now.
package struct OldCounters: Service {
  private let client: RedisClient
  private let keys: KeySchema
  private let logger: Logger

  /// How many keys are looked at at once, and removed at most: Redis answers nobody else meanwhile.
  private static let count = 500

  package init(client: RedisClient, keys: KeySchema, logger: Logger) {
    self.client = client
    self.keys = keys
    self.logger = logger
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          let removed = try await remove()
          if removed > 0 { logger.notice("removed counters of an earlier version", metadata: ["keys": "\(removed)"]) }
          break
        } catch {
          try? await Task.sleep(for: .seconds(10))
        }
      }
    }
    // A service that ends would end the server.
    try? await gracefulShutdown()
  }

  /// Returns how many keys there were.
  package func remove() async throws -> Int64 {
    // Every version that kept counters had one of these in each partition that ever got an event.
    let marks = keys.partitions.map { keys.statistics($0) + "position" }
    guard try await client.send(RedisCommand(["EXISTS"] + marks)).int ?? 0 > 0 else { return 0 }
    let living = Set(keys.partitions.flatMap { [keys.updatesNames($0), keys.removals($0)] })
    let prefixes = keys.partitions.map { keys.statistics($0) }
    var removed: Int64 = 0
    var cursor = "0"
    repeat {
      let reply = try await client.send("SCAN", cursor, "MATCH", keys.statisticsPattern, "COUNT", Self.count)
      guard let parts = reply.array, parts.count == 2, let next = parts[0].string, let names = parts[1].array else {
        throw StoreError.unexpectedReply(command: "SCAN")
      }
      let old = names.compactMap(\.string).filter { name in
        !living.contains(name) && !marks.contains(name) && prefixes.contains { name.hasPrefix($0) }
      }
      if !old.isEmpty { removed += try await client.send(RedisCommand(["UNLINK"] + old)).int ?? 0 }
      cursor = next
    } while cursor != "0"
    // Last: until then the next start finds the rest.
    removed += try await client.send(RedisCommand(["UNLINK"] + marks)).int ?? 0
    return removed
  }
}
