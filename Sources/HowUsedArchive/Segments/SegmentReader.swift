internal import Crypto
package import HowUsedModel
internal import HowUsedStore

/// Reads a sealed segment or a part, frame by frame, and checks all that can be checked on the way.
package struct SegmentReader {
  package let path: String
  private let contents: FileContents
  private var bytes: [UInt8] { contents.bytes }
  private let decompressor: ZstdDecompressor
  /// Where the footer starts; the file's size if it has none.
  private let end: Int
  private var offset = 0
  /// Nil for a part.
  package let footer: SegmentFooter?

  /// More than any frame of ours: what a damaged header says is not believed beyond this.
  static let maximumFrameContent = 256 << 20

  /// A frame's lines and its trailer.
  package struct Frame: Sendable {
    package let trailer: FrameTrailer
    /// The lines, each ended by a newline.
    package let lines: [UInt8]
    /// Where the frame starts in the file.
    package let offset: Int
  }

  /// Opens a sealed segment: one that has no footer is damaged.
  package static func segment(_ path: String) throws -> SegmentReader {
    try segment(path, try Self.load(path))
  }

  static func segment(_ path: String, _ contents: FileContents) throws -> SegmentReader {
    let bytes = contents.bytes
    guard bytes.count >= SegmentFooter.size else {
      throw SegmentDamage(path: path, reason: "cut short: \(bytes.count) bytes are less than a footer")
    }
    let start = bytes.count - SegmentFooter.size
    if let range = contents.unreadable.last, range.upperBound > start { throw Self.unreadable(path, range) }
    guard let footer = bytes.withUnsafeBytes({ SegmentFooter(UnsafeRawBufferPointer(rebasing: $0[start...])) }) else {
      throw SegmentDamage(path: path, offset: start, reason: "no footer at the end: cut short or overwritten")
    }
    guard footer.start == start else {
      throw SegmentDamage(path: path, offset: start, reason: "the footer belongs at byte \(footer.start)")
    }
    return try SegmentReader(path: path, contents: contents, end: start, footer: footer)
  }

  /// Opens a part, a damaged segment or anything else that may hold whole frames.
  package static func part(_ path: String) throws -> SegmentReader { try part(path, try Self.load(path)) }

  static func part(_ path: String, _ contents: FileContents) throws -> SegmentReader {
    try SegmentReader(path: path, contents: contents, end: contents.bytes.count, footer: nil)
  }

  private init(path: String, contents: FileContents, end: Int, footer: SegmentFooter?) throws(ZstdError) {
    self.path = path
    self.contents = contents
    self.end = end
    self.footer = footer
    self.decompressor = try ZstdDecompressor()
  }

  private static func load(_ path: String) throws(FileError) -> FileContents {
    try File.openForReading(path).readAll()
  }

  private static func unreadable(_ path: String, _ range: Range<Int>) -> SegmentDamage {
    let reason = "\(range.count) bytes can't be read from the device (EIO)"
    return SegmentDamage(path: path, offset: range.lowerBound, reason: reason)
  }

  /// The file's size in bytes.
  package var size: Int { bytes.count }

  /// Where another file of the same name begins to differ; nil if it doesn't.
  func difference(from other: FileContents) -> Int? {
    if other.bytes == bytes, other.unreadable.isEmpty { return nil }
    let first = zip(bytes, other.bytes).enumerated().first { $0.element.0 != $0.element.1 }
    return first?.offset ?? other.unreadable.first?.lowerBound ?? min(bytes.count, other.bytes.count)
  }

  /// The SHA-256 at the end, of a sealed segment.
  package var digest: [UInt8] { Array(bytes.suffix(SegmentFooter.digestSize)) }

  /// Compares the digest at the end with the rest of the file. Says nothing about where a difference is.
  package func digestMatches() -> Bool {
    guard footer != nil else { return false }
    let digest = bytes.dropLast(SegmentFooter.digestSize).withUnsafeBytes { SHA256.hash(data: $0) }
    return bytes.suffix(SegmentFooter.digestSize).elementsEqual(digest)
  }

  /// The next frame; nil at the end.
  ///
  /// - Throws: `SegmentDamage` at the first thing that is wrong. After that only `skipDamage` leads on.
  package mutating func next() throws(SegmentDamage) -> Frame? {
    guard offset < end else { return nil }
    let start = offset
    let dataSize = bytes.withUnsafeBytes { bytes in
      ZstdFrame.inspect(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }
    guard case .data(let size) = dataSize else {
      let isCut = dataSize == .incomplete
      let extent = isCut ? start..<end : start..<start + 1
      throw damage(start, isCut ? "a frame is cut short" : "no data frame where one must start", extent)
    }
    let extent = start..<start + size + FrameTrailer.size
    guard let trailer = trailer(at: start + size) else {
      throw damage(start + size, "no whole trailer behind the frame at byte \(start)", extent)
    }
    guard trailer.compressedBytes == size else {
      let reason = "the trailer says \(trailer.compressedBytes) bytes of a frame, this one has \(size)"
      throw damage(start + size, reason, extent)
    }
    let lines: [UInt8]
    do {
      lines = try bytes.withUnsafeBytes { bytes throws(ZstdError) in
        try decompressor.decompress(
          UnsafeRawBufferPointer(rebasing: bytes[start..<start + size]),
          limit: Self.maximumFrameContent
        )
      }
    } catch {
      throw damage(start, "the frame does not decode: \(error)", extent)
    }
    guard lines.count == trailer.rawBytes else {
      throw damage(start, "the frame holds \(lines.count) bytes, its trailer says \(trailer.rawBytes)", extent)
    }
    self.offset = start + size + FrameTrailer.size
    return Frame(trailer: trailer, lines: lines, offset: start)
  }

  /// A frame that `next` gave, with its trailer, as both are in the file.
  func encoded(_ frame: Frame) -> ArraySlice<UInt8> {
    bytes[frame.offset..<frame.offset + frame.trailer.compressedBytes + FrameTrailer.size]
  }

  /// All frames with their trailers, as they are in the file: what is before the footer.
  var frames: ArraySlice<UInt8> { bytes[..<end] }

  /// Goes to the next place behind the damage where a data frame starts; false if there is none.
  package mutating func skipDamage() -> Bool {
    var at = offset + 1
    while at + 4 <= end {
      let magic = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: at, as: UInt32.self) }
      if UInt32(littleEndian: magic) == ZstdFrame.dataMagic {
        self.offset = at
        return true
      }
      at += 1
    }
    self.offset = self.end
    return false
  }

  /// The footer of a segment whose every byte is as it was sealed.
  ///
  /// - Throws: `SegmentDamage`, with the place of the first damage where it can be found.
  package static func validated(_ path: String, number: UInt64, partition: Partition) throws -> SegmentFooter {
    try segment(path).validated(number: number, partition: partition)
  }

  /// As above, of a segment that was opened and not read yet.
  func validated(number: UInt64, partition: Partition) throws -> SegmentFooter {
    guard let footer, digestMatches() else {
      var reader = self
      while try reader.next() != nil {}
      throw SegmentDamage(path: path, reason: "its SHA-256 is not the one in its footer, though every frame decodes")
    }
    guard footer.partition == partition, footer.number == number else {
      throw SegmentDamage(path: path, reason: "it is segment \(footer.number) of \(footer.partition) by its footer")
    }
    return footer
  }

  private func trailer(at offset: Int) -> FrameTrailer? {
    guard offset + FrameTrailer.size <= end else { return nil }
    return bytes.withUnsafeBytes { bytes in
      let frame = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + FrameTrailer.size])
      guard case .skippable(let content) = ZstdFrame.inspect(frame) else { return nil }
      return FrameTrailer(UnsafeRawBufferPointer(rebasing: frame[content]))
    }
  }

  /// - Parameter extent: the bytes that were looked at.
  private func damage(_ offset: Int, _ reason: String, _ extent: Range<Int>) -> SegmentDamage {
    // Zeros stand for what the device didn't give: that is what's wrong, whatever they look like.
    if let range = contents.unreadable.first(where: { $0.overlaps(extent) }) { return Self.unreadable(path, range) }
    return SegmentDamage(path: path, offset: offset, reason: reason)
  }
}

/// A file of the archive that is not what it should be: where, and why.
package struct SegmentDamage: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  /// Bytes from the file's start to what is wrong; nil when it is about the file as a whole.
  package let offset: Int?
  package let reason: String

  package init(path: String, offset: Int? = nil, reason: String) {
    self.path = path
    self.offset = offset
    self.reason = reason
  }

  package var description: String {
    guard let offset = self.offset else { return "\(self.path): \(self.reason)" }
    return "\(path): at byte \(offset): \(reason)"
  }
}
