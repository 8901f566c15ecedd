import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Logging
import NIOCore
import ServiceLifecycle

/// Makes the files of what was sealed, a moment after it was, on a thread of its own; and takes over those that another
/// process made.
final class RollupService: Service {
  private let partitions: [PartitionStatistics]
  private let layout: RollupLayout
  private let retention: StatisticsRetention
  private let clock: RedisClock
  private let interval: Duration
  private let isHeld: @Sendable (Partition) async -> Bool
  private let sealings: WakeableSleep
  private let status: FollowerStatus
  private let logger: Logger

  init(
    _ partitions: [PartitionStatistics],
    layout: RollupLayout,
    retention: StatisticsRetention,
    clock: RedisClock,
    interval: Duration,
    isHeld: @escaping @Sendable (Partition) async -> Bool,
    sealings: WakeableSleep,
    status: FollowerStatus,
    logger: Logger
  ) {
    self.partitions = partitions
    self.layout = layout
    self.retention = retention
    self.clock = clock
    self.interval = interval
    self.isHeld = isHeld
    self.sealings = sealings
    self.status = status
    self.logger = logger
  }

  func run() async throws {
    // It computes for long without a pause. What was sealed is on disk and trimmed, whether it's counted yet or not.
    let thread = BackgroundThread(niceness: BackgroundThread.maintenance)
    let worker = MaintenanceWorker(layout, partitions.map(\.partition), retention, eventLoop: thread.eventLoop)
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        let next = ContinuousClock.now + interval
        await pass(worker)
        await sealings.sleep(for: ContinuousClock.now.duration(to: next))
      }
    }
    try await thread.group.shutdownGracefully()
  }

  /// One step for each partition in turn, until none has anything left to do: who has much to do doesn't hold up others.
  private func pass(_ worker: MaintenanceWorker) async {
    var problem: String?
    var left = partitions
    while !left.isEmpty, !Task.isCancelled {
      var more: [PartitionStatistics] = []
      for partition in left where !Task.isCancelled {
        do {
          let isOurs = await isHeld(partition.partition)
          let input = partition.maintenanceInput(now: clock.nowMilliseconds)
          guard let step = try await worker.step(partition.partition, input, isOurs: isOurs) else { continue }
          partition.publish(step.files)
          log(step.report, partition.partition)
          if step.progress == .worked { more.append(partition) }
        } catch {
          problem = "\(error)"
          logger.error(
            "the statistics' files can't be made now",
            metadata: ["partition": "\(partition.partition)", "error": "\(error)"]
          )
        }
      }
      left = more
    }
    status.set(maintenanceProblem: problem)
  }

  private func log(_ report: MaintenanceReport, _ partition: Partition) {
    for damage in report.damages {
      logger.error("a damaged file of statistics is made anew", metadata: ["damage": "\(damage)"])
    }
    for damage in report.lost {
      logger.error("a damaged file of statistics can't be made anew", metadata: ["damage": "\(damage)"])
    }
    for damage in report.segmentDamages {
      logger.error("an archive segment can't be counted", metadata: ["damage": "\(damage)"])
    }
  }
}

/// The file work of ``RollupService``, on one thread.
private actor MaintenanceWorker {
  private let eventLoop: any EventLoop
  private var maintenances: [Partition: RollupMaintenance]
  private let layout: RollupLayout
  /// When the folder of another process's partition was changed last, as of the last look: nanoseconds.
  private var seen: [Partition: Int] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { eventLoop.executor.asUnownedSerialExecutor() }

  init(
    _ layout: RollupLayout,
    _ partitions: [Partition],
    _ retention: StatisticsRetention,
    eventLoop: any EventLoop
  ) {
    self.eventLoop = eventLoop
    self.layout = layout
    maintenances = Dictionary(
      uniqueKeysWithValues: partitions.map { ($0, RollupMaintenance(layout, $0, retention: retention)) }
    )
  }

  struct Step: Sendable {
    let files: RollupSet
    let report: MaintenanceReport
    let progress: MaintenanceProgress
  }

  /// - Parameter isOurs: whether this process makes the files; else it only looks what is there.
  /// - Returns: nil when nothing changed.
  func step(_ partition: Partition, _ input: MaintenanceInput, isOurs: Bool) throws -> Step? {
    guard isOurs, var maintenance = maintenances[partition] else {
      let modified = try Folder.status(of: layout.folder(partition))?.modified ?? 0
      guard seen[partition] != modified else { return nil }
      let files = try RollupSet.load(layout, partition)
      seen[partition] = modified
      return Step(files: files, report: MaintenanceReport(), progress: .idle)
    }
    seen[partition] = nil
    defer { maintenances[partition] = maintenance }
    let progress = try maintenance.step(input)
    return Step(files: maintenance.set, report: maintenance.takeReport(), progress: progress)
  }
}
