import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport
import Testing

/// One partition's statistics, made of events as a server would: some are in sealed segments, and in files of statistics as
/// old as these are; the others are counted in memory.
final class RecountRig {
  let folder: TemporaryFolder
  let layout: RollupLayout
  let partition = Partition(rawValue: 3)
  private(set) var maintenance: RollupMaintenance
  private(set) var removals: [Int64: StreamID] = [:]
  private var open: [RecountEvent] = []
  /// As a server keeps them, from one question to the next.
  private var tails: [Int64: TailBot] = [:]
  private let cache = ScanCache()
  private let figures: SectionFigures.Limits
  /// The event that deprecated updates count as.
  var updatesName: String?

  init(figures: SectionFigures.Limits = .init()) throws {
    self.figures = figures
    folder = try TemporaryFolder()
    layout = RollupLayout(ArchiveLayout(root: folder.path + "/archive"))
    maintenance = RollupMaintenance(layout, partition)
    maintenance.limits.figures = figures
  }

  /// More events, with greater ids than those before.
  func add(_ events: some Sequence<RecountEvent>) {
    open += events
    for event in events {
      let tail = tails[event.bot] ?? TailBot()
      tails[event.bot] = tail
      let isAdded = event.fragment.withUnsafeBytes { fragment in
        guard let archived = ArchivedEvent(fragment: fragment) else { return false }
        tail.add(archived, in: fragment, time: event.time, event.id)
        return true
      }
      #expect(isAdded)
    }
  }

  /// Seals the first events that are open; a segment's ids are of one UTC day.
  func seal(_ count: Int) throws {
    var rest = open.prefix(count)[...]
    open.removeFirst(rest.count)
    while let first = rest.first {
      let day = first.id.milliseconds / 86_400_000
      let part = rest.prefix { $0.id.milliseconds / 86_400_000 == day }
      rest = rest.dropFirst(part.count)
      var builder = LineBatchBuilder(maximumBytes: 1 << 16)
      for event in part {
        let line =
          Array("{\"id\":\"\(event.id)\",\"partition\":\(partition.rawValue),\"time\":\"".utf8)
          + Array("\(UTCTime.format(milliseconds: event.time))\",".utf8) + event.fragment + [UInt8(ascii: "}")]
        line.withUnsafeBytes { builder.append($0, id: event.id, time: event.time) }
      }
      let log = PartitionLog(layout: layout.archive, partition: partition)
      let writer = try log.openPart(after: try log.position { _ in }, compressor: try ZstdCompressor(level: 1))
      for batch in builder.finish() { try writer.append(batch) }
      try writer.sync()
      guard case .sealed = try log.seal(writer) else {
        Issue.record("nothing was sealed")
        return
      }
    }
  }

  /// Joins segments of past days, or begins to: it may be killed at a step.
  func compact(now: Int64, crash: CompactStep?) throws {
    let compactor = ArchiveCompactor(layout: layout.archive, now: now * 1000) {
      if $0 == crash { throw CancellationError() }
    }
    do {
      _ = try compactor.run(partition)
    } catch is CancellationError {
      #expect(try ArchiveVerifier(layout: layout.archive).verify().problems == [])
    }
  }

  /// A new process on the same folder.
  func restart() {
    maintenance = RollupMaintenance(layout, partition)
    maintenance.limits.figures = figures
  }

  func remove(_ bot: Int64, through id: StreamID) {
    removals[bot] = id
    tails[bot]?.drop(through: id, keeping: 0)
  }

  /// Makes what files there should be at a time: Unix seconds.
  func keep(now: Int64) throws {
    var input = MaintenanceInput(now: now * 1000)
    input.removals = removals
    var steps = 0
    while try maintenance.step(input) == .worked, steps < 10_000 { steps += 1 }
    #expect(steps < 10_000)
    #expect(maintenance.takeReport().damages == [])
    for tail in tails.values { tail.drop(through: maintenance.set.through.last) }
  }

  /// What a question is answered from.
  func reader(of bot: Int64, now: Int64) throws -> BotReader {
    let snapshot = BotSections(
      bot: bot,
      files: maintenance.set,
      removal: removals[bot],
      tail: try tails[bot]?.sections() ?? [],
      asOf: now * 1000,
      updatesName: updatesName.map { JSONText.escaped($0) }
    )
    return try BotReader(snapshot, cache: cache, deadline: .now + .seconds(60))
  }
}

extension RecountEvent {
  /// As the stream holds it, without a time of its own.
  var fragment: [UInt8] {
    var text = name == nil ? Array("\"type\":\"update\",".utf8) : []
    text += Array("\"botId\":\(bot),\"userId\":\(user)".utf8)
    func add(_ key: String, _ value: String) {
      text += Array(",\"\(key)\":\"".utf8) + JSONText.escaped(value) + [UInt8(ascii: "\"")]
    }
    if let name { add("event", name) }
    for (index, param) in params.enumerated() where !param.isEmpty { add("param_\(index + 1)", param) }
    if let sentRegistration { text += Array(",\"userRegisterTime\":\(sentRegistration)".utf8) }
    return text
  }
}
