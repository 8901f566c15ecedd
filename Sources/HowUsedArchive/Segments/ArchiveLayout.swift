package import HowUsedModel

/// Where things lie in the archive folder.
///
///     manifest.json                                      which archive this is (``ArchiveManifest``)
///     log/p07/seg-0000000000000042.ndjson.zst            sealed: immutable, contiguous with 41 and 43
///     log/p07/.part-<uuid>                               open: nobody but its writer and recovery reads it
///     log/p07/.compact-42                                segment 42 while it's joined with those before it
///     log/p07/floor                                      what `--archive-keep-days` removed
///     log/p07.head                                       how far was sealed, beside the folder that may be lost
///     log/p07/seg-….ndjson.zst.damaged-<uuid>            set aside because it failed its checksum
///     date=2026-11-22/p07-0000000000000042.ndjson.zst    the same file as log/p07/seg-…42, for readers
package struct ArchiveLayout: Sendable, Equatable {
  package let root: String

  /// - Parameter root: the archive folder, `<data>/archive`.
  package init(root: String) { self.root = root }

  /// The archive of a data folder.
  package static func inDataFolder(_ dataFolder: String) -> ArchiveLayout {
    ArchiveLayout(root: "\(dataFolder)/archive")
  }

  package var log: String { "\(root)/log" }

  package var manifest: String { "\(root)/manifest.json" }

  package func folder(_ partition: Partition) -> String { "\(log)/\(partition)" }

  package func segment(_ number: UInt64, _ partition: Partition) -> String {
    "\(folder(partition))/\(Self.segmentName(number))"
  }

  package func part(_ identifier: String, _ partition: Partition) -> String {
    "\(folder(partition))/\(Self.partPrefix)\(identifier)"
  }

  package func floor(_ partition: Partition) -> String { "\(folder(partition))/floor" }

  package func head(_ partition: Partition) -> String { "\(log)/\(partition)\(Self.headSuffix)" }

  package func dateFolder(_ date: String) -> String { "\(root)/\(Self.datePrefix)\(date)" }

  package func dated(_ number: UInt64, _ partition: Partition, date: String) -> String {
    "\(dateFolder(date))/\(Self.datedName(number, partition))"
  }

  static let suffix = ".ndjson.zst"
  static let segmentPrefix = "seg-"
  static let partPrefix = ".part-"
  static let datePrefix = "date="
  static let damagedInfix = ".damaged-"
  static let headSuffix = ".head"
  /// Enough digits that names sort as numbers do, for ever.
  static let digits = 16

  static func segmentName(_ number: UInt64) -> String { "\(Self.segmentPrefix)\(Self.padded(number))\(Self.suffix)" }

  static func datedName(_ number: UInt64, _ partition: Partition) -> String {
    "\(partition)-\(Self.padded(number))\(Self.suffix)"
  }

  /// The number in a segment's name; nil for every other name.
  static func segmentNumber(_ name: UnsafeRawBufferPointer) -> UInt64? {
    name.starts(with: segmentBytes) ? Self.number(in: name, from: segmentBytes.count) : nil
  }

  /// What a dated name stands for; nil for every other name.
  static func dated(_ name: UnsafeRawBufferPointer) -> (partition: Partition, number: UInt64)? {
    guard let dash = name.firstIndex(of: UInt8(ascii: "-")), dash <= 6,
      let partition = Self.partition(String(decoding: name[..<dash], as: UTF8.self)),
      let number = Self.number(in: name, from: dash + 1)
    else { return nil }
    return (partition, number)
  }

  /// The partition of a folder's name; nil for every other name.
  static func partition(_ name: some StringProtocol) -> Partition? {
    guard name.hasPrefix("p"), let number = UInt16(name.dropFirst()) else { return nil }
    let partition = Partition(rawValue: number)
    return partition.description == name ? partition : nil
  }

  /// The number of a segment that was set aside; nil for every other name.
  static func damagedNumber(_ name: String) -> UInt64? {
    guard let end = name.firstRange(of: Self.damagedInfix)?.lowerBound else { return nil }
    return Array(name[..<end].utf8).withUnsafeBytes { segmentNumber($0) }
  }

  /// Of each number there is one name only.
  /// - Parameter start: where the digits are, in bytes.
  private static func number(in name: UnsafeRawBufferPointer, from start: Int) -> UInt64? {
    let end = name.count - Self.suffixBytes.count
    guard end - start >= Self.digits, end - start <= 20, name[end...].elementsEqual(Self.suffixBytes),
      end - start == Self.digits || name[start] != UInt8(ascii: "0")
    else { return nil }
    var number: UInt64 = 0
    for byte in name[start..<end] {
      guard (0x30...0x39).contains(byte), number <= LogPosition.highestNumber / 10 else { return nil }
      number = number * 10 + UInt64(byte - 0x30)
    }
    return number <= LogPosition.highestNumber ? number : nil
  }

  private static let suffixBytes = Array(suffix.utf8)
  private static let segmentBytes = Array(segmentPrefix.utf8)

  private static func padded(_ number: UInt64) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, Self.digits - text.utf8.count)) + text
  }
}
