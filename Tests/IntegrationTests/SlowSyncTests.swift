import HowUsedServer
import HowUsedStore
import Logging
import Redis
import TestSupport
import Testing

/// What `everysec` promises while the disk is slow: Redis then holds writes back, for up to two seconds, and answers.
@Suite(.enabled(if: HangingDisk.isAvailable)) struct SlowSyncTests {
  @Test("While a sync lasts a crash of Redis costs what was acknowledged since, and health says that writes wait")
  func postponed() async throws {
    let disk = try await HangingDisk(files: "/appendonlydir/")
    try await RedisServerProcess.with(
      config: ["appendonly yes", "appendfsync everysec"],
      environment: disk.environment
    ) { redis in
      let client = RedisClient(endpoint: redis.endpoint, logger: ServedFolder.logger)
      try await client.waitUntilReady(timeout: ServedFolder.patience)
      for number in 1...10 { try await client.send("RPUSH", "before", number) }
      #expect(try await status(client).writesPostponed == false)
      try disk.hang()
      try await client.send("SET", "so that there is", "something to sync")
      let isSyncing = try await eventually { disk.isWaitedFor }
      #expect(isSyncing)
      let begin = ContinuousClock.now
      for number in 1...10 { try await client.send("RPUSH", "during", number) }
      // On a machine so busy that two seconds are over, they are written.
      let isPostponed = try await status(client).writesPostponed == true
      redis.kill()
      let took = begin.duration(to: .now)
      #expect(isPostponed || took > .seconds(1))
      try disk.goOn()
      try await redis.start()
      try await client.waitUntilReady(timeout: ServedFolder.patience)
      #expect(try await client.send("LLEN", "before").int == 10)
      let kept = try await client.send("LLEN", "during").int ?? 0
      #expect(kept == 0 || took > .seconds(1), "\(kept) of 10 kept after \(took)")
      await client.shutdown()
    }
  }

  @Test("Syncs before the answer, and none at all, hold no write back", arguments: ["always", "no"])
  func notPostponed(appendfsync: String) async throws {
    let disk = try await HangingDisk(files: "/appendonlydir/")
    try await RedisServerProcess.with(
      config: ["appendonly yes", "appendfsync \(appendfsync)"],
      environment: disk.environment
    ) { redis in
      let client = RedisClient(endpoint: redis.endpoint, logger: ServedFolder.logger)
      try await client.waitUntilReady(timeout: ServedFolder.patience)
      try disk.hang()
      let isAnswered = (try? await client.send(RedisCommand("RPUSH", "during", 1), timeout: .seconds(1))) != nil
      #expect(isAnswered == (appendfsync == "no"))
      redis.kill()
      try disk.goOn()
      try await redis.start()
      try await client.waitUntilReady(timeout: ServedFolder.patience)
      if isAnswered { #expect(try await client.send("LLEN", "during").int == 1) }
      await client.shutdown()
    }
  }

  private func status(_ client: RedisClient) async throws -> RedisStatus {
    try RedisStatus(replies: try await client.pipeline(RedisStatus.questions))
  }
}
