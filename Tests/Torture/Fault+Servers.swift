extension Fault {
  /// What happens to servers.
  static let serverFaults = [
    Fault(name: "server-kill", areas: [.server], weight: 16, hold: 20...1000, isQuick: true) { world, chance in
      world.servers[Int(chance % 2)].kill()
    } heal: {
      try $0.startServers()
    },
    Fault(name: "server-kill-both", areas: [.server], weight: 6, hold: 20...1000, isQuick: true) { world, _ in
      for server in world.servers { server.kill() }
    } heal: {
      try $0.startServers()
    },
    Fault(name: "server-kill-and-redis-kill", areas: [.server, .redis], weight: 2, hold: 20...1000) { world, _ in
      world.redis.kill()
      for server in world.servers { server.kill() }
    } heal: {
      try await $0.startRedis()
      try $0.startServers()
    },
    Fault(name: "server-pause", areas: [.server], hold: 500...5000, isQuick: true) { world, chance in
      world.servers[Int(chance % 2)].pause()
    } heal: { world in
      for server in world.servers { server.resume() }
    },
    Fault(name: "server-pause-past-lease", areas: [.server], hold: 500...3000) { world, _ in
      let holder = await world.archivingServer() ?? 0
      let moment = MachineLoad.now
      world.servers[holder].pause()
      if await !world.isArchiving(1 - holder, within: .seconds(60)) {
        world.reportLate("the archive of a paused server was not taken over within 60 s", since: moment)
      }
    } heal: { world in
      for server in world.servers { server.resume() }
    },
    Fault(name: "server-term", areas: [.server], weight: 3, hold: 20...1000, isQuick: true) { world, chance in
      await world.stopServer(Int(chance % 2))
    } heal: {
      try $0.startServers()
    },
    Fault(name: "server-term-and-redis-term", areas: [.server, .redis], weight: 2, hold: 20...1000, isQuick: true) {
      world,
      _ in
      async let first: Void = world.stopServer(0)
      async let second: Void = world.stopServer(1)
      async let redis = world.redis.stop(within: .seconds(15))
      _ = await (first, second, redis)
    } heal: {
      try await $0.startRedis()
      try $0.startServers()
    },
  ]
}
