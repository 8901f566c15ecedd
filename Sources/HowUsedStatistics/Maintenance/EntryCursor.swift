import HowUsedArchive
import HowUsedStore

/// Goes through a file's sections bot by bot, with a piece of the index in memory.
struct EntryCursor {
  let file: RollupFile
  /// Nil: it is opened for each reading, since too many are open otherwise.
  private let handle: File?
  private let chunk: Int
  private var next = 0
  private var entries: ArraySlice<RollupEntry> = []

  private static let mostOpen = 128

  /// - Parameter count: how many files are read at once.
  init(_ file: RollupFile, among count: Int) throws {
    self.file = file
    handle = count <= Self.mostOpen ? try file.open() : nil
    chunk = max(16, 16_384 / max(1, count))
    try fill()
  }

  private mutating func fill() throws {
    guard entries.isEmpty, next < file.footer.indexCount else { return }
    let range = next..<min(next + chunk, file.footer.indexCount)
    entries = try file.entries(try opened(), range)[...]
    next = range.upperBound
  }

  private func opened() throws -> File { try handle ?? file.open() }

  /// The bot of the next section; nil at the end.
  var bot: Int64? { entries.first?.bot }

  /// The bot's sections, which are the next ones.
  mutating func take(_ bot: Int64) throws -> [RollupEntry] {
    var taken: [RollupEntry] = []
    while let entry = entries.first, entry.bot == bot {
      taken.append(entry)
      entries.removeFirst()
      try fill()
    }
    if let next = entries.first, next.bot < bot {
      throw RollupDamage(path: file.path, reason: "its index doesn't ascend")
    }
    return taken
  }

  func section(_ entry: RollupEntry, _ decompressor: ZstdDecompressor) throws -> Section {
    try file.section(entry, try opened(), decompressor)
  }

  func bytes(_ entry: RollupEntry) throws -> [UInt8] { try file.bytes(entry, try opened()) }
}
