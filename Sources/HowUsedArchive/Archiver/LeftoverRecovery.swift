import HowUsedModel
import Logging
import Redis

/// Settles what parts of an earlier run hold: nothing new when the stream still has it all, and else what Redis lost.
struct LeftoverRecovery: Sendable {
  let streams: EventStreams
  let disk: ArchiveDisk
  let partition: Partition
  let pageEvents: Int
  let logger: Logger

  /// Returns where the partition stands afterwards.
  func run(_ opened: ArchiveDisk.Opened) async throws -> ArchiveDisk.Standing {
    let leftovers = opened.leftovers
    var standing = opened.standing
    if try await !isAllInStream(leftovers, after: standing.sealed) {
      logger.warning(
        "Redis lost events that open archive files hold: archiving them from there",
        metadata: ["partition": "\(partition)", "events": "\(leftovers.lines.count)"]
      )
      standing = try await copy(leftovers, after: standing.sealed)
    }
    // Only now: a crash before this finds them again.
    if !leftovers.parts.isEmpty { try await disk.discard(leftovers.parts) }
    return standing
  }

  private func isAllInStream(_ leftovers: LeftoverEvents, after position: StreamID) async throws -> Bool {
    var missing = leftovers.lines[...]
    guard let end = missing.last?.id else { return true }
    var cursor = position
    while true {
      let page = try await streams.page(partition, after: cursor, through: end, count: pageEvents)
      for id in page.ids {
        guard let first = missing.first else { break }
        if first.id < id { return false }
        if first.id == id { missing.removeFirst() }
      }
      guard page.entries >= pageEvents, let last = page.last else { return missing.isEmpty }
      cursor = last
    }
  }

  /// Archives the leftovers together with what the stream has among them, and seals that at once.
  private func copy(_ leftovers: LeftoverEvents, after position: StreamID) async throws -> ArchiveDisk.Standing {
    var merge = LeftoverMerge(leftovers)
    var cursor = position
    while let end = merge.end {
      let page = try await streams.page(partition, after: cursor, through: end, count: pageEvents)
      _ = try await disk.append(merge.merge(page), partition)
      guard page.entries >= pageEvents, let last = page.last else { break }
      cursor = last
    }
    _ = try await disk.append(merge.rest(), partition)
    return try await disk.seal(partition)
  }
}
