import HowUsedArchive
import HowUsedModel
@testable import HowUsedStatistics
import TestSupport

/// Takes a section's frames apart, changes what is in them, and puts them together again, with sizes that fit.
struct SectionFrameEditor {
  /// The directory up to where the frames' sizes begin.
  private var directory: [UInt8]
  /// Rows, users, first events, peaks, then three of each block, then the directory of the figures.
  private var contents: [[UInt8]] = []
  private var blockRows: [UInt64] = []

  init(_ section: [UInt8], _ kept: KeptSections) throws {
    let size = Int(section.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) })
    directory = try Self.content(section, 4, size, kept)
    var sizes: [Int] = []
    var end = 0
    var rows: [UInt64] = []
    directory.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      _ = reader.varint()
      _ = reader.fixed(Int64.self)
      for _ in 0..<6 { _ = reader.varint() }
      for _ in 0..<4 {
        for _ in 0..<reader.varint() { _ = reader.text(Int(reader.varint())) }
      }
      end = reader.offset
      for _ in 0..<4 { sizes.append(Int(reader.varint())) }
      for _ in 0..<reader.varint() {
        rows.append(reader.varint())
        for _ in 0..<3 { sizes.append(Int(reader.varint())) }
      }
    }
    blockRows = rows
    directory = Array(directory[..<end])
    var offset = 4 + size
    for size in sizes {
      contents.append(size == 0 ? [] : try Self.content(section, offset, size, kept))
      offset += size
    }
    // Peaks that aren't there have no frame at all.
    hasPeaks = sizes[3] > 0
    hasFigures = offset < section.count
    if hasFigures {
      let size = Int(section.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) })
      contents.append(try Self.content(section, offset + 4, size, kept))
      figures = Array(section[(offset + 4 + size)...])
    }
  }

  private let hasPeaks: Bool
  private let hasFigures: Bool
  /// The frames behind their directory, as they were.
  private var figures: [UInt8] = []

  private static func content(_ section: [UInt8], _ offset: Int, _ size: Int, _ kept: KeptSections) throws -> [UInt8] {
    try section[offset..<offset + size].withUnsafeBytes { try kept.decompressor.decompress($0, limit: 1 << 24) }
  }

  mutating func damage(_ generator: inout SplitMix64) {
    let part = Int.random(in: -1..<contents.count, using: &generator)
    if part < 0 { Self.damage(&directory, &generator) } else { Self.damage(&contents[part], &generator) }
  }

  private static func damage(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    guard let index = bytes.indices.randomElement(using: &generator) else { return bytes.append(7) }
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
    case 2: bytes[index] = 0xff
    case 3: bytes.remove(at: index)
    default: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: index)
    }
  }

  func section(_ kept: KeptSections) throws -> Section {
    var frames: [[UInt8]] = []
    for (index, content) in contents.enumerated() {
      let isNone = index == 3 && !hasPeaks
      frames.append(isNone ? [] : try content.withUnsafeBytes { try kept.compressor.compress($0) })
    }
    var writer = ByteWriter()
    writer.write(directory)
    for frame in frames[..<4] { writer.write(varint: frame.count) }
    writer.write(varint: blockRows.count)
    for (block, rows) in blockRows.enumerated() {
      writer.write(varint: rows)
      for frame in frames[(4 + 3 * block)..<(7 + 3 * block)] { writer.write(varint: frame.count) }
    }
    let directory = try writer.bytes.withUnsafeBytes { try kept.compressor.compress($0) }
    var section = ByteWriter()
    section.write(UInt32(directory.count))
    section.write(directory)
    for frame in frames.dropLast(hasFigures ? 1 : 0) { section.write(frame) }
    if hasFigures {
      section.write(UInt32(frames[frames.count - 1].count))
      section.write(frames[frames.count - 1])
      section.write(figures)
    }
    return try kept.open(section.bytes, order: 1)
  }
}
