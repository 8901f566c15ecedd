/// Lets one process at a time rewrite segments: of two, each would bring back what the other one took out. The lock ends
/// with the process, or when it is unlocked; the file stays.
enum PurgeLock {
  /// - Throws: ``PurgeIsRunning`` when another process has it.
  static func take(_ layout: ArchiveLayout) throws -> File {
    let file = try open("\(layout.log)/.purge-lock")
    let isOurs = try file.lock()
    if !isOurs { throw PurgeIsRunning() }
    return file
  }

  private static func open(_ path: String) throws(FileError) -> File {
    if try Folder.status(of: path) == nil {
      do {
        return try File.create(path)
      } catch  where error.alreadyExists {
        // Another process was faster.
      }
    }
    return try File.openForReading(path)
  }
}

/// Another process is taking a bot out of this archive.
package struct PurgeIsRunning: Error, CustomStringConvertible {
  package var description: String { "another bot is being taken out of the archive: run this again after that" }
}
