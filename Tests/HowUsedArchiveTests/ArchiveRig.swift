import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Logging
import NIOCore
import NIOPosix
import Redis
import Synchronization
import TestSupport

/// A real Redis, an archive folder and archivers on them, driven pass by pass.
final class ArchiveRig: Sendable {
  let redis: RedisServerProcess
  let client: RedisClient
  let streams: EventStreams
  let folder: TemporaryFolder
  let layout: ArchiveLayout
  let now = Mutex(Int64(Samples.start) + 60_000)
  /// The machine's own.
  let clock = Clock(Int64(Samples.start) + 60_000)
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// A time that closures may hold on to.
  final class Clock: Sendable {
    private let time: Mutex<Int64>

    init(_ time: Int64) { self.time = Mutex(time) }

    func withLock<Result: Sendable>(_ body: (inout Int64) -> Result) -> Result { time.withLock { body(&$0) } }
  }

  private init(redis: RedisServerProcess, partitions: Int, archive: String?) throws {
    self.redis = redis
    client = RedisClient(endpoint: redis.endpoint, logger: Self.logger)
    streams = EventStreams(client: client, keys: KeySchema(partitions: partitions))
    folder = try TemporaryFolder()
    layout = ArchiveLayout(root: archive ?? folder.path + "/archive")
  }

  static func with(
    partitions: Int = 1,
    config: [String] = [],
    archive: String? = nil,
    _ body: (ArchiveRig) async throws -> Void
  ) async throws {
    try await RedisServerProcess.with(config: config) { redis in
      let rig = try ArchiveRig(redis: redis, partitions: partitions, archive: archive)
      do {
        try await rig.client.waitUntilReady(timeout: .seconds(30))
        try await body(rig)
      } catch {
        await rig.close()
        throw error
      }
      await rig.close()
    }
  }

  private func close() async {
    await client.shutdown()
    try? await group.shutdownGracefully()
  }

  var partition: Partition { streams.keys.partitions[0] }
  var key: String { streams.keys.events(partition) }

  func configuration(hook: @escaping CommitHook = { _, _ in }) -> ArchiverConfiguration {
    var configuration = ArchiverConfiguration(layout: layout)
    configuration.hook = hook
    configuration.pageEvents = 20
    return configuration
  }

  /// A new process, as far as the archive can tell.
  func archiver(_ configuration: ArchiverConfiguration? = nil) throws -> TestArchiver {
    try TestArchiver(self, configuration ?? self.configuration(), loop: group.next())
  }

  /// Adds one event a millisecond, each with a user of its own.
  @discardableResult
  func add(_ count: Int, from milliseconds: UInt64 = Samples.start, partition: Partition? = nil) async throws
    -> [StreamID]
  {
    let ids = Samples.ids(count, from: milliseconds)
    let partition = partition ?? self.partition
    let stream = EventStream(streams.keys, partition)
    let replies = try await client.pipeline(
      ids.map { id in
        stream.add(#""botId":1234567,"userId":\#(id.milliseconds),"event":"/start""#, id: id.description)
      }
    )
    if let error = replies.lazy.compactMap(\.error).first { throw error }
    return ids
  }

  /// Adds one entry.
  func add(_ fragment: String, id: String, partition: Partition? = nil) async throws {
    _ = try await client.send(EventStream(streams.keys, partition ?? self.partition).add(fragment, id: id))
  }

  /// Events that hardly compress.
  func addRandom(_ count: Int, from milliseconds: UInt64) async throws -> [StreamID] {
    let ids = Samples.ids(count, from: milliseconds)
    var generator = SplitMix64(state: milliseconds)
    let stream = EventStream(streams.keys, partition)
    let replies = try await client.pipeline(
      ids.map { id in
        let text = (0..<4).map { _ in String(generator.next(), radix: 36) }.joined()
        let fragment = #""botId":1,"userId":2,"event":"/start","param_1":"\#(text)""#
        return stream.add(fragment, id: id.description)
      }
    )
    if let error = replies.lazy.compactMap(\.error).first { throw error }
    return ids
  }

  /// The ids in sealed segments, in their order.
  func archived(_ partition: Partition? = nil) throws -> [StreamID] {
    let partition = partition ?? self.partition
    let log = PartitionLog(layout: layout, partition: partition)
    var ids: [StreamID] = []
    for number in try log.numbers() {
      var reader = try SegmentReader.segment(layout.segment(number, partition))
      while let frame = try reader.next() {
        frame.lines.withUnsafeBytes { lines in
          ArchiveLine.forEach(in: lines) { ids.append(ArchiveLine($0)?.id ?? .zero) }
        }
      }
    }
    return ids
  }

  /// What waits for the archive, as the process of this archiver sees it.
  func backlog(of archiver: TestArchiver) async throws -> StreamBacklog {
    let positions = try await archiver.progress.read(client, streams.keys)
    return StreamBacklog(try await archiver.backlog.read(positions).values)
  }

  func verify() throws -> VerifyReport { try ArchiveVerifier(layout: layout).verify() }

  var log: PartitionLog { PartitionLog(layout: layout, partition: partition) }
}

/// One archiving process.
final class TestArchiver: Sendable {
  let engine: ArchiverEngine
  let progress = ArchiveProgress()
  let trimmer: Trimmer
  let backlog: BacklogReader

  init(_ rig: ArchiveRig, _ configuration: ArchiverConfiguration, loop: any EventLoop) throws {
    var configuration = configuration
    // A pass ends where the stream does, however busy the machine is.
    configuration.poll = .seconds(60)
    let engine = ArchiverEngine(
      streams: rig.streams,
      writer: try ArchiveWriter(configuration: configuration, progress: progress, eventLoop: loop),
      configuration: configuration,
      progress: progress,
      now: { rig.now.withLock { $0 } },
      logger: ArchiveRig.logger
    )
    self.engine = engine
    backlog = BacklogReader(client: rig.client, keys: rig.streams.keys)
    trimmer = Trimmer(
      streams: rig.streams,
      consumers: [ProgressConsumer(progress: progress)],
      claim: { [progress] in progress.claim($0) },
      hook: configuration.hook,
      logger: ArchiveRig.logger
    )
  }

  func pass(sealing: Bool = false) async throws { try await engine.pass(sealing: sealing) }
}

struct ProgressConsumer: StreamConsumer {
  let progress: ArchiveProgress
  var name: String { "archive" }
  func finishedThrough(_ partition: Partition) async throws -> StreamID? { progress.sealed(partition)?.last }
}

extension EventStreams {
  /// Entries in the stream, archived or not.
  func length(_ partition: Partition) async throws -> Int {
    Int(try await client.send("XLEN", keys.events(partition)).int ?? 0)
  }
}

/// What a hook throws in place of a crash.
struct InjectedCrash: Error {}
