package import HowUsedStore

/// What is in a partition's folder, as of one listing: there may be very many names.
struct PartitionListing {
  /// Of the sealed segments, ascending.
  private(set) var numbers: [UInt64] = []
  /// All other names, sorted.
  private(set) var others: [String] = []

  init(_ folder: String) throws(FileError) {
    var numbers: [UInt64] = []
    var others: [String] = []
    try Folder.forEachName(in: folder) { name in
      if let number = ArchiveLayout.segmentNumber(name) {
        numbers.append(number)
      } else {
        others.append(String(decoding: name, as: UTF8.self))
      }
    }
    self.numbers = numbers.sorted()
    self.others = others.sorted()
  }

  /// Open or left over parts, whoever made them.
  var parts: [String] { others.filter { $0.hasPrefix(ArchiveLayout.partPrefix) } }

  /// Segments that were set aside.
  var damaged: [String] { others.filter { !$0.hasPrefix(".") && $0.contains(ArchiveLayout.damagedInfix) } }
}

extension PartitionLog {
  func listing() throws(FileError) -> PartitionListing { try PartitionListing(folder) }

  /// The numbers of the sealed segments, ascending.
  package func numbers() throws(FileError) -> [UInt64] { try listing().numbers }

  /// Paths of open or left over parts, whoever made them.
  package func parts() throws(FileError) -> [String] { try listing().parts.map { "\(folder)/\($0)" } }

  /// Paths of segments that were set aside.
  package func damaged() throws(FileError) -> [String] { try listing().damaged.map { "\(folder)/\($0)" } }
}
