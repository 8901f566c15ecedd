import Crypto
import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// A file of the statistics: immutable, and a pure function of archive segments. Sections by bot and time, then an index,
/// then ``RollupFooter``.
struct RollupFile: Sendable, Equatable {
  let path: String
  let name: RollupName
  let footer: RollupFooter
  /// Bytes.
  let size: Int
  /// The SHA-256 at its end: what tells it from another file of the same name.
  let digest: [UInt8]

  /// The segments that it was made of; see ``RollupName/segments``.
  var segments: ClosedRange<UInt64> { name.segments }

  /// The UTC day of its last segment's ids, since 1970: a segment's ids are of one day.
  var day: Int64 { Int64(clamping: footer.lastID.milliseconds) / UTCTime.millisecondsPerDay }

  /// The months that its sections may be in.
  var months: [Range<Int64>] {
    var months: [Range<Int64>] = []
    var time = footer.time.lowerBound
    while time < footer.time.upperBound {
      let month = MonthTime.range(of: time)
      months.append(month)
      time = month.upperBound
    }
    return months
  }

  init(path: String, name: RollupName, footer: RollupFooter, size: Int, digest: [UInt8]) {
    self.path = path
    self.name = name
    self.footer = footer
    self.size = size
    self.digest = digest
  }

  /// Reads the footer alone.
  /// - Throws: ``RollupDamage``, `FileError`.
  init(opening name: RollupName, _ partition: Partition, in layout: RollupLayout) throws {
    let path = layout.path(name, partition)
    let file = try File.openForReading(path)
    let size = try file.size()
    guard size >= RollupFooter.size else { throw RollupDamage(path: path, reason: "cut short") }
    let bytes = try file.read(at: size - RollupFooter.size, count: RollupFooter.size)
    let footer = bytes.withUnsafeBytes { RollupFooter($0) }
    guard let footer, footer.partition == partition, footer.fits(name), footer.indexStart <= size,
      footer.indexCount <= size / RollupEntry.size,
      footer.indexStart + footer.indexCount * RollupEntry.size + RollupFooter.size == size
    else { throw RollupDamage(path: path, reason: "no footer of ours at its end, or another file's") }
    self.init(
      path: path,
      name: name,
      footer: footer,
      size: size,
      digest: Array(bytes.suffix(RollupFooter.digestSize))
    )
  }

  /// - Throws: ``RollupGone``, `FileError`.
  func open() throws -> File {
    let file: File
    do {
      file = try File.openForReading(path)
    } catch  where error.isMissing {
      throw RollupGone(path: path)
    }
    // A damaged digest is another one, too: who keeps the files finds that out.
    guard try file.read(at: size - RollupFooter.digestSize, count: RollupFooter.digestSize + 1) == digest else {
      throw RollupGone(path: path)
    }
    return file
  }

  /// Compares every byte with the digest.
  /// - Throws: ``RollupDamage``, ``RollupGone``, `FileError`.
  func verify() throws {
    let file = try open()
    let count = size - RollupFooter.digestSize
    var hash = SHA256()
    var offset = 0
    while offset < count {
      let part = try file.read(at: offset, count: min(1 << 20, count - offset))
      guard !part.isEmpty else { throw RollupDamage(path: path, reason: "cut short") }
      part.withUnsafeBytes { hash.update(bufferPointer: $0) }
      offset += part.count
    }
    guard digest.elementsEqual(hash.finalize()) else {
      throw RollupDamage(path: path, reason: "its SHA-256 is not the one at its end")
    }
  }

  /// All sections' places, by bot and start.
  func entries() throws -> [RollupEntry] {
    let file = try open()
    return try entries(file, 0..<footer.indexCount)
  }

  /// Some sections' places.
  func entries(_ file: File, _ range: Range<Int>) throws -> [RollupEntry] {
    let bytes = try file.read(
      at: footer.indexStart + range.lowerBound * RollupEntry.size,
      count: range.count * RollupEntry.size
    )
    return try bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      return try range.map { _ in
        guard let entry = RollupEntry(&reader, limit: footer.indexStart), reader.isSound else {
          throw RollupDamage(path: path, reason: "its index points out of it")
        }
        return entry
      }
    }
  }

  /// One bot's sections.
  func entries(of bot: Int64) throws -> [RollupEntry] {
    guard footer.indexCount > 0 else { return [] }
    return try entries(of: bot, try open())
  }

  /// An index of more entries is searched in the file instead of read.
  private static let readWhole = 512

  private func entries(of bot: Int64, _ file: File) throws -> [RollupEntry] {
    guard footer.indexCount > Self.readWhole else {
      return try entries(file, 0..<footer.indexCount).filter { $0.bot == bot }
    }
    var low = 0
    var high = footer.indexCount
    while high - low > Self.readWhole / 4 {
      let middle = (low + high) / 2
      if try entries(file, middle..<middle + 1)[0].bot < bot { low = middle } else { high = middle }
    }
    var found: [RollupEntry] = []
    var next = low
    while next < footer.indexCount {
      let part = try entries(file, next..<min(next + Self.readWhole / 4, footer.indexCount))
      found += part.filter { $0.bot == bot }
      next += part.count
      if let last = part.last, last.bot > bot { break }
    }
    return found
  }

  /// A bot's sections, those that are wanted.
  /// - Throws: ``RollupDamage``, ``RollupGone``, `FileError`.
  func sections(
    of bot: Int64,
    _ decompressor: ZstdDecompressor,
    where isWanted: (RollupEntry) -> Bool
  ) throws -> [Section] {
    guard footer.indexCount > 0 else { return [] }
    let file = try open()
    return try entries(of: bot, file).filter(isWanted).map { try section($0, file, decompressor) }
  }

  /// A section's bytes.
  func bytes(_ entry: RollupEntry, _ file: File) throws -> [UInt8] {
    let bytes = try file.read(at: entry.offset, count: entry.size)
    guard bytes.count == entry.size else { throw RollupDamage(path: path, reason: "cut short") }
    return bytes
  }

  /// - Throws: ``RollupDamage``, ``RollupGone``, `FileError`.
  func section(_ entry: RollupEntry, _ decompressor: ZstdDecompressor) throws -> Section {
    try section(entry, try open(), decompressor)
  }

  func section(_ entry: RollupEntry, _ file: File, _ decompressor: ZstdDecompressor) throws -> Section {
    let section = try Section(
      .file(file, offset: entry.offset, size: entry.size),
      path: path,
      order: footer.segments.upperBound,
      decompressor: decompressor
    )
    guard section.header.start == entry.start else {
      throw RollupDamage(path: path, reason: "its index points to another section")
    }
    return section
  }
}

/// A file isn't there any more, or another one has its name: whoever reads takes the set that is there now, and begins
/// again.
struct RollupGone: Error, Sendable, Equatable {
  let path: String
}
