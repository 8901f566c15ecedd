extension Fault {
  /// Redis is there and says no.
  static let refusalFaults = [
    Fault(name: "redis-oom", areas: [.redis], hold: 1000...4000, isQuick: true) { world, _ in
      try await world.ask("CONFIG SET maxmemory \(try await world.redisMemory() - 100_000)")
    } heal: {
      try await $0.ask("CONFIG SET maxmemory \(World.redisLimit)")
    },
    // Memory really fills, because the archive can't be written; then only the disk gets room, and the rest must follow.
    Fault(name: "redis-oom-until-drained", areas: [.redis, .disk], needs: [.mounts], hold: 500...2000) { world, _ in
      try await world.fill(world.data)
      try await world.ask("CONFIG SET maxmemory \(try await world.redisMemory() * 2)")
      try await world.sendUntilRefused(within: .seconds(30))
    } heal: {
      try $0.unfill($0.data)
    } afterRecovery: {
      try await $0.ask("CONFIG SET maxmemory \(World.redisLimit)")
    },
    Fault(name: "redis-misconf", areas: [.redis], needs: [.mounts], hold: 1000...4000, isQuick: true) { world, _ in
      try await world.ask("CONFIG SET appendfsync everysec")
      try await world.fill(world.redisFolder)
    } heal: { world in
      try world.unfill(world.redisFolder)
    } afterRecovery: {
      try await $0.ask("CONFIG SET appendfsync always")
    },
    // With `always`, Redis ends itself when it can't write.
    Fault(name: "redis-disk-full-always", areas: [.redis], needs: [.mounts], hold: 1000...3000) { world, _ in
      try await world.fill(world.redisFolder)
    } heal: { world in
      try world.unfill(world.redisFolder)
      try await world.startRedis()
    },
    Fault(name: "redis-readonly", areas: [.redis], hold: 500...4000, isQuick: true) { world, _ in
      // Nobody listens there, so it stays as it is, but for taking no writes.
      try await world.ask("REPLICAOF 127.0.0.1 1")
    } heal: {
      try await $0.ask("REPLICAOF NO ONE")
    },
    Fault(name: "redis-noauth", areas: [.redis], hold: 500...4000, isQuick: true) { world, _ in
      try await world.ask("CONFIG SET requirepass \(World.password)")
      try await world.ask("CLIENT KILL TYPE normal")
    } heal: {
      try await $0.ask("CONFIG SET requirepass ''")
    },
    Fault(name: "redis-wrong-type-stream", areas: [.redis], hold: 500...4000) { world, chance in
      try await world.replaceByText(World.stream(Int(chance % UInt64(World.partitions))))
    } heal: {
      try await $0.putBack()
    },
    Fault(name: "redis-wrong-type-online", areas: [.redis], hold: 500...4000) { world, chance in
      let bot = 1 + Int(chance % UInt64(TortureEvent.bots.count))
      try await world.replaceByText(World.onlineSet(bot))
    } heal: {
      try await $0.putBack()
    },
  ]

  /// Redis loses what it had. What no archive file had yet may be gone, and nothing else.
  static let lossFaults = [
    Fault(
      name: "redis-older-file",
      areas: [.redis],
      mayLose: "what was in Redis alone and newer than its file",
      hold: 20...1000
    ) { world, _ in
      _ = try await world.shell("rm -rf \(world.folder)/older; cp -a \(world.redisFolder) \(world.folder)/older")
      try await Task.sleep(for: .seconds(4))
      world.redis.kill()
      _ = try await world.shell("rm -rf \(world.redisFolder)/*; cp -a \(world.folder)/older/. \(world.redisFolder)")
    } heal: {
      try await $0.startRedis()
    },
    Fault(name: "redis-empty", areas: [.redis], mayLose: "what was in Redis alone", hold: 20...1000) { world, _ in
      world.redis.kill()
      _ = try await world.shell("rm -rf \(world.redisFolder)/*")
    } heal: { world in
      try await world.startRedis()
      try await world.addBots()
    },
    Fault(name: "redis-flushall", areas: [.redis], mayLose: "what was in Redis alone", hold: 20...1000) { world, _ in
      try await world.ask("FLUSHALL")
    } heal: {
      try await $0.addBots()
    },
    Fault(name: "redis-stream-deleted", areas: [.redis], mayLose: "what was in that stream alone", hold: 20...1000) {
      world,
      chance in
      try await world.ask("DEL '\(World.stream(Int(chance % UInt64(World.partitions))))'")
    } heal: { _ in
    },
  ]
}
