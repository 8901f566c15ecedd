import HowUsedArchive
import HowUsedModel

/// Counts the events of sealed segments: what the statistics of the past begin with.
struct SegmentCounter {
  /// Bots that were removed: their events up to these ids don't count.
  let removals: [Int64: StreamID]
  let compressor: ZstdCompressor
  var hook: RollupHook = { _ in }

  /// A bot and a day of its events' own times.
  private struct Key: Hashable64 {
    let bot: Int64
    let day: Int64

    @inline(__always)
    func mixed(_ seed: UInt64) -> UInt64 { UInt64(bitPattern: day).mixed(UInt64(bitPattern: bot).mixed(seed)) }
  }

  /// Makes a segment's file by the minute; of one that was joined it stands for all of them.
  /// - Returns: the file, how many events the segment holds, and the last id of the segment before.
  /// - Throws: `SegmentDamage` for a segment that can't be counted; `ZstdError`, `FileError`.
  func write(
    _ number: UInt64,
    _ partition: Partition,
    in layout: RollupLayout
  ) throws -> (file: RollupFile, events: Int, previous: StreamID) {
    let path = layout.archive.segment(number, partition)
    let reader = try SegmentReader.segment(path)
    guard let footer = reader.footer, footer.partition == partition, footer.number == number else {
      throw SegmentDamage(path: path, reason: "its footer is another segment's")
    }
    guard reader.digestMatches() else {
      throw SegmentDamage(path: path, reason: "its SHA-256 is not the one in its footer")
    }
    let days = try count(reader)
    let writer = try RollupFileWriter(
      RollupName(.minutes, footer.numbers),
      RollupFooter(
        kind: .minutes,
        partition: partition,
        bucket: 60,
        segments: footer.numbers,
        lastID: footer.last,
        time: 0..<0,
        inputs: reader.digest
      ),
      in: layout,
      hook: hook
    )
    var index = 0
    while index < days.count {
      let bot = days[index].bot
      let end = days[index...].firstIndex { $0.bot != bot } ?? days.count
      DayCounter.keepLastSent(days[index..<end].map(\.counter))
      for day in days[index..<end] {
        let start = day.counter.start
        try writer.add(
          try day.counter.encoded(compressor, segment: number),
          bot: bot,
          time: start..<start + DayCounter.secondsPerDay,
          uses: day.counter.count
        )
      }
      index = end
    }
    return (try writer.finish(), footer.count, footer.previous)
  }

  /// - Returns: by bot and day.
  private func count(_ segment: SegmentReader) throws -> [(bot: Int64, counter: DayCounter)] {
    var reader = segment
    var keys = HashTable<Key>()
    var counters: [DayCounter] = []
    var removed: [StreamID?] = []
    var last = 0
    var arrival: UInt64 = 0
    while let frame = try reader.next() {
      try frame.lines.withUnsafeBytes { lines in
        try ArchiveLine.forEach(in: lines) { line in
          guard let parsed = ArchiveLine(line) else { throw foreign(reader, frame) }
          let fragment = UnsafeRawBufferPointer(rebasing: line[parsed.rest..<line.count - 1])
          guard let event = ArchivedEvent(fragment: fragment) else { throw foreign(reader, frame) }
          let seconds = parsed.time / 1000
          let key = Key(bot: event.botID.rawValue, day: seconds / DayCounter.secondsPerDay)
          if last >= counters.count || keys.keys[last] != key {
            last = Int(keys.number(of: key))
            if last == counters.count {
              counters.append(DayCounter(start: key.day * DayCounter.secondsPerDay))
              removed.append(removals[key.bot])
            }
          }
          arrival &+= 1
          if let removal = removed[last], parsed.id <= removal { return }
          counters[last].add(event, in: fragment, at: seconds, arrival: arrival)
        }
      }
    }
    return zip(keys.keys, counters).filter { $0.1.count > 0 }
      .sorted { ($0.0.bot, $0.0.day) < ($1.0.bot, $1.0.day) }
      .map { ($0.0.bot, $0.1) }
  }

  private func foreign(_ reader: SegmentReader, _ frame: SegmentReader.Frame) -> SegmentDamage {
    SegmentDamage(path: reader.path, offset: frame.offset, reason: "the frame holds a line that is none of ours")
  }
}
