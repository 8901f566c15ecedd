import Foundation
import TestSupport
import Testing

/// The archive folder and Redis know that they belong together, and the number of partitions outlives Redis.
@Suite(.enabled(if: TestRun.isComplete)) struct ArchiveIdentityTests {
  @Test("Without Redis the folder knows the number of partitions: export, purge and rebuild find what they look for")
  func partitionCount() async throws {
    let folder = try TemporaryFolder()
    let installation = TestInstallation(folder.path, environment: ["HOWUSED_PARTITIONS": "8"])
    try await installation.add(bots: 1...6)
    let server = try await installation.serve()
    for bot in 1...6 { try await TestInstallation.send(bot: bot, users: bot...bot, to: server) }
    #expect(try await installation.hasArchived(1...6))
    await server.stop()

    let later = TestInstallation(folder.path)
    func loseRedis() throws { try FileManager.default.removeItem(atPath: folder.path + "/redis") }
    try loseRedis()
    for bot in 1...6 {
      let exported = try await later.run("export", "--bot", "\(bot)")
      #expect(exported.output.contains(#""botId":\#(bot),"#), "bot \(bot): \(exported.output)\(exported.error)")
    }
    try loseRedis()
    let counted = try await later.run("stats", "rebuild")
    #expect(counted.output.contains("Counted 6 events"), "\(counted.output)\(counted.error)")
    try loseRedis()
    for bot in 1...3 {
      let removed = try await later.run("bot", "remove", "\(bot)", "--purge-archive", "--yes")
      #expect(removed.output.contains("1 events are removed"), "bot \(bot): \(removed.output)\(removed.error)")
    }
    try loseRedis()
    try await later.add(bots: 4...6)
    let next = try await later.serve()
    for bot in 4...6 { try await TestInstallation.send(bot: bot, users: bot + 10...bot + 10, to: next) }
    #expect(try await later.hasArchived([4, 5, 6, 14, 15, 16]))
    let status = try await later.run("archive", "status")
    #expect(status.output.contains("p07") && !status.output.contains("p08"), "\(status.output)\(status.error)")
    await next.stop()
    try await later.verify()
  }

  @Test("Another folder than Redis's is refused: by a server, by commands; and so is a folder that has another Redis")
  func otherFolder() async throws {
    try await RedisServerProcess.with { redis in
      let folder = try TemporaryFolder()
      let first = TestInstallation(folder.path + "/a", redis: redis.url)
      let second = TestInstallation(folder.path + "/b", redis: redis.url)
      try await first.add(bots: 1...1)
      let server = try await first.serve()
      try await TestInstallation.send(users: 1...10, to: server)
      #expect(try await first.hasArchived(1...10))
      await server.stop()

      let refusal = try await second.refusal()
      #expect(refusal.contains("has no manifest") && refusal.contains("howused archive attach"), "\(refusal)")
      #expect(!FileManager.default.fileExists(atPath: second.archive + "/log"))
      for command in [["export"], ["archive", "status"], ["stats", "rebuild"]] {
        let outcome = try await HowUsedProgram().run(command + ["--data-dir", second.folder, "--redis-url", redis.url])
        #expect(outcome.status == 1 && outcome.error.contains("has no manifest"), "\(command): \(outcome)")
      }
      try await RedisServerProcess.with { other in
        // This one has no archive yet: the folder that has events would be its, which only the operator can know.
        let third = TestInstallation(folder.path + "/c", redis: other.url)
        try await third.add(bots: 1...1)
        await (try third.serve()).stop()
        let mixed = TestInstallation(first.folder, redis: other.url)
        let refusal = try await mixed.refusal()
        #expect(refusal.contains("another archive") && refusal.contains("howused archive attach"), "\(refusal)")
      }
      let again = try await first.serve()
      try await TestInstallation.send(users: 11...20, to: again)
      #expect(try await first.hasArchived(1...20))
      await again.stop()
      try await first.verify()
    }
  }

  @Test("A folder that goes away while a server runs stops archiving, and nothing else; back again, nothing is missing")
  func unmounted() async throws {
    let folder = try TemporaryFolder()
    let installation = TestInstallation(folder.path)
    try await installation.add(bots: 1...1)
    let server = try await installation.serve()
    try await TestInstallation.send(users: 1...10, to: server)
    #expect(try await installation.hasArchived(1...10))
    let archive = installation.archive
    try await installation.shell("mv \(archive) \(folder.path)/elsewhere && mkdir -p \(archive)")
    try await TestInstallation.send(users: 11...20, to: server)
    let isSaid = try await eventually {
      try await TestInstallation.health(server).body.contains("has no manifest")
    }
    #expect(isSaid)
    #expect(try await TestInstallation.health(server).status == 200)
    try await TestInstallation.send(users: 21...30, to: server)
    try await Task.sleep(for: .seconds(2))
    #expect(!FileManager.default.fileExists(atPath: archive + "/log"), "nothing is written into the wrong folder")
    try await installation.shell("rm -r \(archive) && mv \(folder.path)/elsewhere \(archive)")
    #expect(try await installation.hasArchived(1...30), "\(server.output)")
    let isHealed = try await eventually {
      try await !TestInstallation.health(server).body.contains("has no manifest")
    }
    #expect(isHealed)
    await server.stop()
    try await installation.verify()
  }

  @Test("With prefixes of their own two installations share one Redis, and see nothing of each other")
  func prefixes() async throws {
    try await RedisServerProcess.with { redis in
      let folder = try TemporaryFolder()
      let one = TestInstallation(folder.path + "/1", redis: redis.url, environment: ["HOWUSED_KEY_PREFIX": "one:"])
      let two = TestInstallation(
        folder.path + "/2",
        redis: redis.url,
        environment: ["HOWUSED_KEY_PREFIX": "two:", "HOWUSED_PARTITIONS": "3"]
      )
      try await one.add(bots: 1...1)
      try await two.add(bots: 1...1)
      let servers = [try await one.serve(), try await two.serve()]
      try await TestInstallation.send(users: 1...10, to: servers[0])
      try await TestInstallation.send(users: 11...20, to: servers[1])
      #expect(try await one.hasArchived(1...10))
      #expect(try await two.hasArchived(11...20))
      #expect(try await one.run("bot", "remove", "1", "--yes").status == 0)
      try await TestInstallation.send(users: 21...30, to: servers[1])
      #expect(try await two.hasArchived(11...30))
      for server in servers { await server.stop() }
      let keys = try await one.shell("redis-cli -s \(redis.socketPath) KEYS '*'").split(separator: "\n")
      #expect(keys.allSatisfy { $0.hasPrefix("one:") || $0.hasPrefix("two:") }, "\(keys)")
      #expect(keys.contains("one:meta") && keys.contains("two:meta"))
      // Each folder belongs to the prefix, too.
      let mixed = TestInstallation(one.folder, redis: redis.url, environment: ["HOWUSED_KEY_PREFIX": "two:"])
      #expect(try await mixed.refusal().contains("another archive"))
    }
  }

  @Test("An older backup of the archive is refused, until it's attached: then it goes on from there")
  func olderBackup() async throws {
    let folder = try TemporaryFolder()
    let installation = TestInstallation(folder.path)
    try await installation.add(bots: 1...1)
    let server = try await installation.serve()
    try await TestInstallation.send(users: 1...10, to: server)
    #expect(try await installation.hasArchived(1...10))
    try await installation.shell("cp -al \(installation.archive) \(folder.path)/backup")
    try await TestInstallation.send(users: 11...20, to: server)
    #expect(try await installation.hasArchived(1...20))
    await server.stop()
    try await installation.shell("mv \(installation.archive) \(folder.path)/newer")
    try await installation.shell("mv \(folder.path)/backup \(installation.archive)")

    let refusal = try await installation.refusal()
    #expect(refusal.contains("older copy") && refusal.contains("howused archive attach"), "\(refusal)")
    #expect(try await installation.run("archive", "attach").status == 1, "it asks first")
    #expect(try await installation.refusal().contains("older copy"))
    let attached = try await installation.run("archive", "attach", "--yes")
    #expect(attached.status == 0, "\(attached.output)\(attached.error)")
    let next = try await installation.serve()
    try await TestInstallation.send(users: 21...30, to: next)
    await next.stop()
    // What the stream hadn't let go of yet is archived again.
    let users = try await installation.archived().map(\.userId)
    #expect(Set(users).isSuperset(of: [Int](1...10) + [Int](21...30)) && Set(users).count == users.count, "\(users)")
    try await installation.verify()
    // The one that was given up can't come back by mistake.
    try await installation.shell("mv \(installation.archive) \(folder.path)/attached")
    try await installation.shell("mv \(folder.path)/newer \(installation.archive)")
    #expect(try await installation.refusal().contains("another archive"))
  }
}
