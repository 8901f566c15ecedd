import HowUsedModel

/// The files in the `date=…` folders.
struct DatedNames {
  struct Name: Equatable {
    var date: String
    var number: UInt64
    var path: String
  }

  private var all: [(file: String, date: String, path: String)] = []

  static func list(_ layout: ArchiveLayout) throws(FileError) -> DatedNames {
    var result = DatedNames()
    for folder in try Folder.names(in: layout.root) where folder.hasPrefix(ArchiveLayout.datePrefix) {
      let date = String(folder.dropFirst(ArchiveLayout.datePrefix.count))
      for file in try Folder.names(in: "\(layout.root)/\(folder)") {
        result.all.append((file, date, "\(layout.root)/\(folder)/\(file)"))
      }
    }
    return result
  }

  func names(of partition: Partition) -> [Name] {
    all.compactMap { entry in
      ArchiveLayout.datedNumber(entry.file, partition).map { Name(date: entry.date, number: $0, path: entry.path) }
    }
  }
}
