import Foundation
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// The process that archives is there, and does nothing: another one takes over, and whatever it does when it goes on,
/// nothing is lost or doubled.
@Suite(.enabled(if: TestRun.isComplete)) struct HungHolderTests {
  @Test("Who is stopped for longer than its lease is taken over from, and does no harm when it goes on")
  func stopped() async throws {
    let served = try await ServedFolder()
    let first = try await serveAlone(served)
    let second = try await served.serve(["--archive-interval", "1"])
    var acknowledged = try await ServedFolder.send(1...20, to: first)
    first.signal(SIGSTOP)
    acknowledged += try await ServedFolder.send(21...40, to: second)
    try await expectTakeover(by: second, served, 40)
    first.signal(SIGCONT)
    acknowledged += try await ServedFolder.send(41...60, to: first)
    acknowledged += try await ServedFolder.send(61...80, to: second)
    try await expectSound([first, second], served, acknowledged, 80)
  }

  @Test("Whose disk hangs is taken over from, and does no harm when it goes on", .enabled(if: HangingDisk.isAvailable))
  func disk() async throws {
    let served = try await ServedFolder()
    let disk = try await HangingDisk(files: "/archive/log/")
    let first = try await serveAlone(served, disk.environment)
    let second = try await served.serve(["--archive-interval", "1"])
    var acknowledged = try await ServedFolder.send(1...20, to: first)
    try disk.hang()
    acknowledged += try await ServedFolder.send(21...40, to: first)
    try await expectTakeover(by: second, served, 40)
    #expect(disk.isWaitedFor)
    try disk.goOn()
    acknowledged += try await ServedFolder.send(41...60, to: first)
    acknowledged += try await ServedFolder.send(61...80, to: second)
    try await expectSound([first, second], served, acknowledged, 80)
  }

  @Test(
    "A disk that hangs doesn't hang SIGTERM, and what it held is archived by the next",
    .enabled(if: HangingDisk.isAvailable)
  )
  func termination() async throws {
    let served = try await ServedFolder()
    let disk = try await HangingDisk(files: "/archive/log/")
    let server = try await serveAlone(served, disk.environment)
    try disk.hang()
    let acknowledged = try await ServedFolder.send(1...20, to: server)
    let isHanging = try await eventually { disk.isWaitedFor }
    #expect(isHanging)
    let time = await server.stop(within: .seconds(60))
    #expect(time.map { $0 < .seconds(30) } == true, "\(server.output)")
    try disk.goOn()
    let next = try await served.serve(["--archive-interval", "1"])
    try await expectSound([next], served, acknowledged, 20)
  }

  @Test("When nobody seals any more, who stands by says so")
  func nobodySeals() async throws {
    let served = try await ServedFolder()
    let keeper = try EmbeddedRedis(dataFolder: served.folder.path, logger: ServedFolder.logger)
    try await keeper.acquire()
    try await served.withRedis { client in
      for partition in served.keys.partitions {
        try await client.send("SET", served.keys.archiveLease(partition), "elsewhere", "PX", 600_000)
      }
      let time = try await client.send("TIME").array?.first?.int ?? 0
      let key = served.keys.events(served.keys.partitions[3])
      try await client.send("XADD", key, "\((time - 300) * 1000)-0", "e", #""botId":1,"userId":2,"event":"served""#)
    }
    let server = try await served.serve(["--archive-interval", "1"])
    let isTold = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).archive.problem?.contains("nobody seals") == true
    }
    #expect(isTold)
    let isLogged = try await eventually { server.output.contains("nobody seals") }
    #expect(isLogged, "\(server.output)")
    try await served.withRedis { client in
      for partition in served.keys.partitions { try await client.send("DEL", served.keys.archiveLease(partition)) }
    }
    let isOver = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).archive.problem == nil
    }
    #expect(isOver)
    await server.stop()
    await keeper.release()
    #expect(try await served.archived() == [2])
  }

  /// A server that archives all partitions.
  private func serveAlone(
    _ served: ServedFolder,
    _ environment: [String: String] = [:]
  ) async throws -> ServerProcess {
    let server = try await served.serve(["--archive-interval", "1"], environment)
    let isArchiving = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).archive.partitions == 16
    }
    #expect(isArchiving)
    return server
  }

  private func expectTakeover(by server: ServerProcess, _ served: ServedFolder, _ count: Int) async throws {
    let isArchived = try await eventually(within: .seconds(120), every: .milliseconds(200)) {
      try await Set(served.archived()).count == count
    }
    #expect(isArchived, "\(server.output)")
    // On a slow machine it may have lost its leases again, for a moment.
    let isArchiving = try await eventually(within: ServedFolder.patience) {
      try await ServedFolder.health(server).archive.partitions ?? 0 > 0
    }
    #expect(isArchiving, "\(server.output)")
  }

  private func expectSound(
    _ servers: [ServerProcess],
    _ served: ServedFolder,
    _ acknowledged: [Int],
    _ count: Int
  ) async throws {
    #expect(acknowledged.count == count)
    let isArchived = try await eventually(within: ServedFolder.patience, every: .milliseconds(200)) {
      try await Set(served.archived()).count == count
    }
    #expect(isArchived)
    for server in servers { #expect(await server.stop() != nil, "\(server.output)") }
    try await served.verify()
    #expect(try await served.archived().sorted() == acknowledged.sorted())
  }
}
