import Crypto
import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// Puts sections together into a file of the statistics, which is there wholly or not at all, also after a crash. What is
/// in memory is a few sections.
final class RollupFileWriter {
  private let layout: RollupLayout
  private let name: RollupName
  private var footer: RollupFooter
  private let hook: RollupHook
  private let temporary: String
  private let file: File
  private var isRenamed = false

  private var hash = SHA256()
  private var unwritten = ByteWriter()
  private var offset = 0
  private var entries: [RollupEntry] = []

  private static let bufferSize = 1 << 20
  static let temporaryPrefix = ".new-"

  /// - Parameter footer: its time, uses and index are filled in here; a month's time is its own.
  init(
    _ name: RollupName,
    _ footer: RollupFooter,
    in layout: RollupLayout,
    hook: @escaping RollupHook = { _ in }
  ) throws(FileError) {
    self.name = name
    self.footer = footer
    self.layout = layout
    self.hook = hook
    let folder = layout.folder(footer.partition)
    try Folder.make(folder)
    temporary = "\(folder)/\(Self.temporaryPrefix)\(RandomName.make())"
    file = try File.create(temporary)
  }

  deinit {
    if !isRenamed { try? Folder.unlink(temporary) }
  }

  /// How many sections were added.
  var count: Int { entries.count }

  /// Sections come by bot, and of a bot by start.
  func add(_ section: [UInt8], bot: Int64, time: Range<Int64>, uses: Int) throws(FileError) {
    if footer.kind != .month {
      footer.time =
        entries.isEmpty
        ? time
        : min(footer.time.lowerBound, time.lowerBound)..<max(footer.time.upperBound, time.upperBound)
    }
    footer.uses += uses
    entries.append(RollupEntry(bot: bot, start: time.lowerBound, offset: offset, size: section.count))
    offset += section.count
    unwritten.write(section)
    if unwritten.count >= Self.bufferSize { try flush() }
  }

  private func flush() throws(FileError) {
    unwritten.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    try file.write(unwritten.bytes)
    unwritten.removeAll()
  }

  /// - Returns: the file, which is durable.
  func finish() throws -> RollupFile {
    footer.indexStart = offset
    footer.indexCount = entries.count
    for entry in entries { entry.write(to: &unwritten) }
    footer.write(to: &unwritten)
    try flush()
    let digest = Array(hash.finalize())
    try file.write(digest)
    try hook(.fileWritten)
    try file.sync()
    try file.close()
    try hook(.fileSynced)
    let path = layout.path(name, footer.partition)
    try Folder.rename(temporary, to: path)
    isRenamed = true
    try hook(.fileRenamed)
    try Folder.sync(layout.folder(footer.partition))
    let size = offset + entries.count * RollupEntry.size + RollupFooter.size
    return RollupFile(path: path, name: name, footer: footer, size: size, digest: digest)
  }
}
