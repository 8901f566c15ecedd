import ArgumentParser
import HowUsedArchive

/// Where an export goes: standard output, or a file that appears under its name when it is complete.
final class ExportTarget {
  private let path: String?
  private let file: File

  init(_ path: String?) throws {
    self.path = path
    guard let path else {
      file = File.standardOutput
      return
    }
    try Folder.unlink(Self.temporary(path))
    file = try File.create(Self.temporary(path))
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    do {
      try file.write(bytes)
    } catch  where error.isBrokenPipe {
      // As with `| head`: the reader has had enough, and there is nothing to complain about.
      throw ExitCode(141)
    }
  }

  func finish() throws {
    guard let path else { return }
    try file.sync()
    try file.close()
    try Folder.rename(Self.temporary(path), to: path)
  }

  private static func temporary(_ path: String) -> String { "\(path).partial" }
}
