import Crypto
import HowUsedModel

/// A sealed segment without the lines of one bot.
///
/// The footer and the trailers keep their ids and times: what they cover has not changed, only less of it is there. Frames
/// without a line of the bot are taken over as they are. One that loses all of its lines stays, empty, so that the trailers
/// still follow each other, and so that no file starts with a skippable frame.
struct PurgedSegment {
  /// The whole file.
  private(set) var bytes: [UInt8] = []
  private(set) var footer: SegmentFooter
  /// Lines taken out.
  private(set) var removed = 0
  private let bot: BotID
  private let compressor: ZstdCompressor

  /// - Parameter reader: a segment that was validated.
  /// - Throws: `SegmentDamage` for what can't be read: a segment is rewritten whole or not at all.
  init(_ reader: SegmentReader, footer: SegmentFooter, without bot: BotID, compressor: ZstdCompressor) throws {
    self.footer = footer
    self.bot = bot
    self.compressor = compressor
    bytes.reserveCapacity(reader.size)
    self.footer.count = 0
    self.footer.rawBytes = 0
    var reader = reader
    while let frame = try reader.next() { try add(frame, reader) }
    self.footer.flags |= SegmentFooter.purgedFlag
    self.footer.start = bytes.count
    bytes += self.footer.encoded(digest: SHA256(of: bytes))
  }

  private mutating func add(_ frame: SegmentReader.Frame, _ reader: SegmentReader) throws {
    var trailer = frame.trailer
    let (kept, removed) = try others(frame, reader.path)
    if removed == 0 {
      bytes += reader.encoded(frame)
    } else {
      guard removed <= trailer.count else {
        throw SegmentDamage(
          path: reader.path,
          offset: frame.offset,
          reason: "the frame's trailer says \(trailer.count) events, and more are of this bot"
        )
      }
      let data = try kept.withUnsafeBytes { try compressor.compress($0) }
      trailer.count -= removed
      trailer.rawBytes = kept.count
      trailer.compressedBytes = data.count
      bytes += data
      trailer.write(to: &bytes)
    }
    self.removed += removed
    footer.count += trailer.count
    footer.rawBytes += trailer.rawBytes
  }

  /// The lines of all other bots, and how many lines are none of them.
  private func others(_ frame: SegmentReader.Frame, _ path: String) throws -> (kept: [UInt8], removed: Int) {
    var kept: [UInt8] = []
    var removed = 0
    kept.reserveCapacity(frame.lines.count)
    try frame.lines.withUnsafeBytes { lines in
      try ArchiveLine.forEach(in: lines) { line in
        guard
          let parsed = ArchiveLine(line),
          let event = ArchivedEvent(
            fragment: UnsafeRawBufferPointer(rebasing: line[parsed.rest..<line.count - 1])
          )
        else {
          throw SegmentDamage(path: path, offset: frame.offset, reason: "the frame holds a line that is none of ours")
        }
        if event.botID == bot {
          removed += 1
        } else {
          kept.append(contentsOf: line)
          kept.append(UInt8(ascii: "\n"))
        }
      }
    }
    return (kept, removed)
  }
}

extension SHA256 {
  fileprivate init(of bytes: [UInt8]) {
    self.init()
    bytes.withUnsafeBytes { update(bufferPointer: $0) }
  }
}
