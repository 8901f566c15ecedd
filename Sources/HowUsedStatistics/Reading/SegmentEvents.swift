import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// Finds a bot's last events in the newest sealed segments: for who looks after a restart.
struct SegmentEvents {
  let archive: ArchiveLayout
  let partition: Partition

  /// Older ones aren't looked at.
  private static let segments: UInt64 = 2

  /// The newest first, all before an id.
  /// - Throws: `FileError`, `SegmentDamage`.
  func last(_ limit: Int, of bot: BotID, through number: UInt64, before id: StreamID) throws -> [RecentEvents.Event] {
    var found: [RecentEvents.Event] = []
    var number = number
    let end = number - min(number, Self.segments)
    while number > end, found.count < limit {
      guard try Folder.status(of: archive.segment(number, partition)) != nil else { break }
      found = Array((found + (try events(number, bot, before: id)).reversed()).prefix(limit))
      number -= 1
    }
    return found
  }

  private func events(_ number: UInt64, _ bot: BotID, before limit: StreamID) throws -> [RecentEvents.Event] {
    var reader = try SegmentReader.segment(archive.segment(number, partition))
    var found: [RecentEvents.Event] = []
    while let frame = try reader.next() {
      frame.lines.withUnsafeBytes { lines in
        ArchiveLine.forEach(in: lines) { line in
          guard let parsed = ArchiveLine(line), parsed.id < limit else { return }
          let fragment = UnsafeRawBufferPointer(rebasing: line[parsed.rest..<line.count - 1])
          guard let event = ArchivedEvent(fragment: fragment), event.botID == bot else { return }
          func text(_ slice: TextSlice) -> [UInt8] {
            Array(fragment[Int(slice.offset)..<Int(slice.offset) + Int(slice.count)])
          }
          found.append(
            RecentEvents.Event(
              id: parsed.id,
              time: parsed.time,
              user: event.userID,
              event: event.event.isEmpty ? nil : text(event.event),
              params: [text(event.param1), text(event.param2), text(event.param3)]
            )
          )
        }
      }
      if found.count > RecentEvents.limits.upperBound * 4 {
        found.removeFirst(found.count - RecentEvents.limits.upperBound)
      }
    }
    return found
  }
}
