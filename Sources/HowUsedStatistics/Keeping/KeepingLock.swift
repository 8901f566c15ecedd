import HowUsedArchive

/// Lets one process at a time work on a partition's files, and says whether another one has done so meanwhile. The lock
/// ends with the process, or when it is unlocked.
struct KeepingLock {
  private let file: File
  private let owner: [UInt8]

  /// Nil when another process is at it.
  /// - Parameter owner: a name that nobody else has.
  static func take(_ path: String, owner: [UInt8]) throws(FileError) -> KeepingLock? {
    let file = try File.openOrCreate(path)
    guard try file.lock() else { return nil }
    return KeepingLock(file: file, owner: owner)
  }

  /// Whether we were the last one who claimed the files.
  func wasOurs() throws(FileError) -> Bool { try file.read(at: 0, count: owner.count + 1) == owner }

  /// Tells others that they can't rely on what they know.
  func claim() throws(FileError) {
    try file.truncate(to: 0)
    try file.write(owner)
  }

  func unlock() { file.unlock() }
}
