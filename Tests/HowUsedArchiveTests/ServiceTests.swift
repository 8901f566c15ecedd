@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Logging
import Redis
import ServiceLifecycle
import TestSupport
import Testing

@Suite struct ServiceTests {
  @Test func sealsAtShutdownAndOnDemand() async throws {
    try await ArchiveRig.with(partitions: 3) { rig in
      let archiver = Archiver(
        rig.configuration(),
        streams: rig.streams,
        now: { Int64(Samples.start) },
        logger: ArchiveRig.logger
      )
      let trimmer = Trimmer(
        streams: rig.streams,
        consumers: [archiver],
        claim: { archiver.claim($0) },
        interval: .milliseconds(20),
        logger: ArchiveRig.logger
      )
      let group = ServiceGroup(services: [archiver, trimmer], logger: ArchiveRig.logger)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let first = try await rig.add(40)
        await archiver.sealNow()
        #expect(try rig.archived() == first)
        #expect(try await archiver.finishedThrough(rig.partition) == first.last)
        let isTrimmed = try await eventually { try await rig.streams.length(rig.partition) == 0 }
        #expect(isTrimmed)
        let second = try await rig.add(30, from: Samples.start + 1000)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        #expect(try rig.archived() == first + second)
        #expect(try rig.log.parts() == [])
        #expect(try rig.verify().problems == [])
        // Ended: it answers at once.
        await archiver.sealNow()
      }
      #expect(try await rig.client.send("EXISTS", rig.streams.keys.archiveLease(rig.partition)).int == 0)
    }
  }

  @Test func goesOnWhenRedisComesBack() async throws {
    try await ArchiveRig.with(config: ["appendonly yes", "appendfsync always"]) { rig in
      var configuration = rig.configuration()
      configuration.poll = .milliseconds(20)
      let archiver = Archiver(
        configuration,
        streams: rig.streams,
        now: { Int64(Samples.start) },
        logger: ArchiveRig.logger
      )
      let group = ServiceGroup(services: [archiver], logger: ArchiveRig.logger)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        let first = try await rig.add(40)
        let isArchived = try await eventually { archiver.health.archivedEvents == 40 }
        #expect(isArchived)
        rig.redis.kill()
        let isNoticed = try await eventually { archiver.health.lastError != nil }
        #expect(isNoticed)
        try await rig.redis.start()
        try await rig.client.waitUntilReady(timeout: .seconds(30))
        let second = try await rig.add(30, from: Samples.start + 1000)
        let isWhole = try await eventually {
          await archiver.sealNow()
          return try rig.archived() == first + second
        }
        #expect(isWhole)
        #expect(archiver.health.lastError == nil)
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        #expect(try rig.verify().problems == [])
      }
    }
  }

  /// Never past what everyone has finished.
  @Test func trimmingStopsAtTheSlowestReader() async throws {
    struct Slow: StreamConsumer {
      let name = "slow"
      let through: StreamID?
      func finishedThrough(_ partition: Partition) async throws -> StreamID? { through }
    }
    struct Broken: StreamConsumer {
      let name = "broken"
      func finishedThrough(_ partition: Partition) async throws -> StreamID? { throw TestFailure("unknown") }
    }
    try await ArchiveRig.with { rig in
      let ids = try await rig.add(40)
      let archiver = try rig.archiver()
      try await archiver.pass()
      func trim(_ consumers: any StreamConsumer...) async throws -> Int {
        let trimmer = Trimmer(
          streams: rig.streams,
          consumers: [ProgressConsumer(progress: archiver.progress)] + consumers,
          claim: { archiver.progress.claim($0) },
          logger: ArchiveRig.logger
        )
        try await trimmer.pass()
        return try await rig.streams.length(rig.partition)
      }
      // Not sealed: a part is no archive yet.
      #expect(try await trim() == 40)
      try await archiver.pass(sealing: true)
      #expect(try await trim(Slow(through: nil)) == 40)
      #expect(try await trim(Broken()) == 40)
      #expect(try await trim(Slow(through: ids[9])) == 30)
      #expect(try await trim(Slow(through: ids[39])) == 0)
    }
  }
}
