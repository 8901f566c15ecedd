import HowUsedServer
import HowUsedStore
import Logging
import Redis
import TestSupport
import Testing

@Suite struct RedisMonitorTests {
  @Test("A Redis that refuses writes is no healthy one")
  func replica() async throws {
    try await RedisServerProcess.with { redis in
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let client = RedisClient(endpoint: redis.endpoint, logger: logger)
      try await client.waitUntilReady(timeout: .seconds(30))
      let monitor = RedisMonitor(client: client, keys: KeySchema(), gate: IngestGate(), logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await monitor.run() }
        let isKnown = try await eventually { monitor.status != nil }
        #expect(isKnown)
        #expect(monitor.status?.refusal == nil)
        try await client.send("REPLICAOF", "127.0.0.1", "1")
        let isReplica = try await eventually { monitor.status?.refusal?.contains("replica") == true }
        #expect(isReplica)
        try await client.send("CONFIG", "SET", "replica-serve-stale-data", "no")
        let isUnknown = try await eventually { monitor.status == nil }
        #expect(isUnknown, "it answers everything with an error")
        tasks.cancelAll()
      }
      await client.shutdown()
    }
  }

  @Test("A full disk is told")
  func fullDisk() {
    let refusal = RedisStatus.refusal(persistence: ["aof_last_write_status": "err"], replication: ["role": "master"])
    #expect(refusal?.contains("disk") == true)
    #expect(RedisStatus.refusal(persistence: ["aof_last_write_status": "ok"], replication: ["role": "master"]) == nil)
  }
}
