import ArgumentParser
import HowUsedArchive
import HowUsedModel
import HowUsedStore

struct ArchiveStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show what is archived of each partition, and what is not yet.",
    discussion: """
      SEGMENTS, EVENTS and BYTES are of sealed files; OPEN counts events in the file that is being written; NEWEST is \
      the time of the newest event in any file; LAG is how many events no file has yet, and the age of the oldest.
      """
  )

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let layout = try store.archive()
    let statuses = try await store.withStore(archive: true) { store in
      let reader = ArchiveStatusReader(
        layout: layout,
        streams: EventStreams(client: store.client, keys: store.keys)
      )
      // A second more, so that what was stored in this one isn't of the future.
      let now = try await store.clock().nowMilliseconds + 1000
      return try await reader.read(store.keys.partitions, now: now)
    }
    print(Self.row("PARTITION", "SEGMENTS", "EVENTS", "BYTES", "OPEN", "NEWEST", "LAG"))
    for status in statuses { print(Self.row(status)) }
    print(Self.row(Self.total(statuses)))
    for status in statuses where status.damaged > 0 {
      print("\(status.partition): \(status.damaged) damaged segments were set aside; see `howused archive verify`")
    }
  }

  private static func row(_ status: PartitionStatus, name: String? = nil) -> String {
    row(
      name ?? "\(status.partition)",
      "\(status.segments)",
      "\(status.events)",
      "\(status.bytes)",
      "\(status.openEvents)",
      status.newest.map { UTCTime.format(milliseconds: $0) } ?? "-",
      lag(status)
    )
  }

  private static func row(_ total: (PartitionStatus, String)) -> String { row(total.0, name: total.1) }

  private static func lag(_ status: PartitionStatus) -> String {
    guard let events = status.lagEvents, events > 0 else { return "0" }
    let more = events >= PartitionStatus.lagLimit ? "+" : ""
    let seconds = Int(status.lagSeconds ?? 0)
    return "\(events)\(more) events, \(seconds) s"
  }

  private static func total(_ statuses: [PartitionStatus]) -> (PartitionStatus, String) {
    var total = PartitionStatus(partition: Partition(rawValue: 0))
    for status in statuses {
      total.segments += status.segments
      total.events += status.events
      total.bytes += status.bytes
      total.openEvents += status.openEvents
      total.newest = max(total.newest ?? .min, status.newest ?? .min)
      total.lagEvents = (total.lagEvents ?? 0) + (status.lagEvents ?? 0)
      total.lagSeconds = max(total.lagSeconds ?? 0, status.lagSeconds ?? 0)
    }
    if total.newest == .min { total.newest = nil }
    return (total, "all")
  }

  private static func row(_ cells: String...) -> String {
    let widths = [-9, 8, 12, 14, 8, -24, 0]
    return zip(cells, widths).map { cell, width in
      let blanks = String(repeating: " ", count: max(0, abs(width) - cell.count))
      return width < 0 ? cell + blanks : blanks + cell
    }.joined(separator: "  ")
  }
}
