import HowUsedModel
package import HowUsedStore

/// The names in the `date=…` folders, as of one listing of all of them. Of 300,000 files it takes some 10 MB.
package struct DatedNames: Sendable {
  struct Name: Sendable, Equatable {
    let number: UInt64
    let date: String
  }

  /// By number.
  private var names: [Partition: [Name]] = [:]

  package static func list(_ layout: ArchiveLayout) throws(FileError) -> DatedNames {
    var result = DatedNames()
    for folder in try Folder.names(in: layout.root) where folder.hasPrefix(ArchiveLayout.datePrefix) {
      let date = String(folder.dropFirst(ArchiveLayout.datePrefix.count))
      try Folder.forEachName(in: "\(layout.root)/\(folder)") { name in
        guard let (partition, number) = ArchiveLayout.dated(name) else { return }
        result.names[partition, default: []].append(Name(number: number, date: date))
      }
    }
    for partition in result.names.keys { result.names[partition]?.sort { $0.number < $1.number } }
    return result
  }

  var partitions: some Sequence<Partition> { names.keys }

  /// By number. A number that's there more than once has several dates.
  func all(of partition: Partition) -> [Name] { names[partition] ?? [] }

  /// The names of one segment.
  func names(of number: UInt64, _ partition: Partition) -> ArraySlice<Name> {
    guard let all = names[partition] else { return [] }
    return all[all.partitioningIndex { $0.number >= number }...].prefix { $0.number == number }
  }
}
