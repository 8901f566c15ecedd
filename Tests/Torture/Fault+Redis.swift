extension Fault {
  /// Redis dies, hangs or is slow.
  static let redisFaults = [
    Fault(name: "redis-kill-always", areas: [.redis], weight: 3, hold: 20...1500, isQuick: true) { world, _ in
      world.redis.kill()
    } heal: {
      try await $0.startRedis()
    },
    Fault(
      name: "redis-kill-everysec",
      areas: [.redis],
      mayLose: "what came during a sync",
      weight: 3,
      hold: 20...1500,
      isQuick: true
    ) { world, _ in
      try await world.ask("CONFIG SET appendfsync everysec")
      try await Task.sleep(for: .milliseconds(1500))
      world.redis.kill()
    } heal: {
      try await $0.startRedis()
    },
    Fault(
      name: "redis-kill-everysec-slow-disk",
      areas: [.redis],
      needs: [.shim],
      mayLose: "what came during a sync",
      hold: 20...500
    ) { world, _ in
      try await world.ask("CONFIG SET appendfsync everysec")
      try world.redisShim.slowSync(milliseconds: 4000)
      try await Task.sleep(for: .milliseconds(6000))
      world.redis.kill()
    } heal: { world in
      try world.redisShim.slowSync(milliseconds: 0)
      try await world.startRedis()
    },
    Fault(name: "redis-term", areas: [.redis], hold: 20...1500) { world, _ in
      _ = await world.redis.stop(within: .seconds(15))
    } heal: {
      try await $0.startRedis()
    },
    Fault(name: "redis-pause", areas: [.redis], weight: 2, hold: 500...8000, isQuick: true) { world, _ in
      world.redis.pause()
    } heal: {
      $0.redis.resume()
    },
    Fault(name: "redis-pause-past-lease", areas: [.redis], hold: 31_000...36_000) { world, _ in
      world.redis.pause()
    } heal: {
      $0.redis.resume()
    },
    Fault(name: "redis-slow", areas: [.redis], hold: 0...500) { world, _ in
      for _ in 0..<4 {
        try await world.ask("DEBUG SLEEP 0.7")
        try await Task.sleep(for: .milliseconds(50))
      }
    } heal: { _ in
    },
    Fault(name: "redis-loading", areas: [.redis], hold: 1000...4000, isQuick: true) { world, _ in
      world.redis.kill()
      try world.redis.start(environment: world.redisShim.environment, options: ["--key-load-delay", "200"])
    } heal: { world in
      try await world.ask("CONFIG SET key-load-delay 0")
      try await world.waitForRedis()
    },
    Fault(name: "redis-slow-sync", areas: [.redis], needs: [.shim], hold: 2000...6000) { world, _ in
      try world.redisShim.slowSync(milliseconds: 300)
    } heal: {
      try $0.redisShim.slowSync(milliseconds: 0)
    },
  ]
}
