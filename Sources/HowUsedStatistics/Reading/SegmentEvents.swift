import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// Finds a bot's last events in the newest sealed segments: for who looks after a restart.
struct SegmentEvents {
  let archive: ArchiveLayout
  let partition: Partition

  /// Older ones aren't looked at.
  private static let segments = 2

  /// The newest first, all before an id.
  /// - Throws: `FileError`, `SegmentDamage`.
  func last(_ limit: Int, of bot: BotID, through number: UInt64, before id: StreamID) throws -> [RecentEvents.Event] {
    var found: [RecentEvents.Event] = []
    var number = number
    for _ in 0..<Self.segments where number > 0 && found.count < limit {
      let path = archive.segment(number, partition)
      guard try Folder.status(of: path) != nil else { break }
      let reader = try SegmentReader.segment(path)
      found = Array((found + (try events(reader, bot, before: id)).reversed()).prefix(limit))
      // One that was joined stands for others, too.
      number = (reader.footer?.numbers.lowerBound ?? number) - 1
    }
    return found
  }

  private func events(_ segment: SegmentReader, _ bot: BotID, before limit: StreamID) throws -> [RecentEvents.Event] {
    var reader = segment
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
