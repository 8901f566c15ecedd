import ByteText
package import Glibc

/// Calls on names in the file system. All of them block.
package enum Folder {
  /// Makes the folder and its parents; one that exists is fine.
  /// - Parameter mode: the permissions of new ones.
  package static func make(_ path: String, mode: mode_t = 0o755) throws(FileError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw FileError(.makeFolder, path: path, code: errno)
    }
    let parent = String(path[..<slash])
    try Self.make(parent, mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw FileError(.makeFolder, path: path, code: errno) }
    try Self.sync(parent)
  }

  /// The names in the folder, sorted, without those that start with a dot unless asked for; empty if there is none.
  package static func names(in path: String, hidden: Bool = false) throws(FileError) -> [String] {
    var names: [String] = []
    try forEachName(in: path) { name in
      if hidden || name.first != UInt8(ascii: ".") { names.append(String(decoding: name, as: UTF8.self)) }
    }
    return names.sorted()
  }

  /// Calls `body` with each name in the folder, in no order, those that start with a dot included; with none if there is no
  /// folder. Of very many names this is several times as fast as making texts of them.
  package static func forEachName(in path: String, _ body: (UnsafeRawBufferPointer) -> Void) throws(FileError) {
    guard let stream = opendir(path) else {
      if errno == ENOENT { return }
      throw FileError(.list, path: path, code: errno)
    }
    defer { closedir(stream) }
    errno = 0
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) { name in
        let name = UnsafeRawPointer(name)
        let count = strlen(name.assumingMemoryBound(to: CChar.self))
        let isFolder = count < 3 && (0..<count).allSatisfy { name.load(fromByteOffset: $0, as: UInt8.self) == 0x2E }
        if !isFolder { body(UnsafeRawBufferPointer(start: name, count: count)) }
      }
      errno = 0
    }
    guard errno == 0 else { throw FileError(.list, path: path, code: errno) }
  }

  /// Makes names in the folder durable.
  package static func sync(_ path: String) throws(FileError) {
    try File.openForReading(path).sync()
  }

  /// Gives a file a second name; fails with EEXIST if that is taken. This is atomic, also between processes.
  package static func link(_ path: String, as newPath: String) throws(FileError) {
    guard systemLink(path, newPath) == 0 else { throw FileError(.link, path: newPath, code: errno) }
  }

  /// Removes a name; one that is not there is fine.
  package static func unlink(_ path: String) throws(FileError) {
    guard systemUnlink(path) == 0 || errno == ENOENT else { throw FileError(.unlink, path: path, code: errno) }
  }

  package static func rename(_ path: String, to newPath: String) throws(FileError) {
    guard systemRename(path, newPath) == 0 else { throw FileError(.rename, path: newPath, code: errno) }
  }

  /// Removes a folder if it is empty; anything else is fine.
  package static func removeIfEmpty(_ path: String) {
    _ = rmdir(path)
  }

  /// Size, number of names and identity of a file; nil if there is none.
  package static func status(of path: String) throws(FileError) -> FileStatus? {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw FileError(.status, path: path, code: errno)
    }
    let modified = status.st_mtim
    return FileStatus(
      size: Int(status.st_size),
      modified: Int(modified.tv_sec) * 1_000_000_000 + Int(modified.tv_nsec),
      device: UInt64(status.st_dev),
      inode: UInt64(status.st_ino)
    )
  }

  /// Writes a small file so that it is there wholly or not at all, also after a crash.
  package static func replace(
    _ path: String,
    with bytes: [UInt8],
    temporary: String,
    mode: mode_t = 0o644
  ) throws(FileError) {
    try Self.unlink(temporary)
    do throws(FileError) {
      try File.create(temporary, holding: bytes, mode: mode)
      try Self.rename(temporary, to: path)
    } catch {
      _ = systemUnlink(temporary)
      throw error
    }
    if let slash = path.lastIndex(of: "/") { try Self.sync(String(path[..<slash])) }
  }
}

/// What tells one file from another.
package struct FileStatus: Sendable, Equatable {
  /// In bytes.
  package let size: Int
  /// When it was last written to, in unix nanoseconds.
  package let modified: Int
  package let device: UInt64
  package let inode: UInt64

  package func isSameFile(as other: FileStatus) -> Bool { device == other.device && inode == other.inode }
}

private func systemLink(_ path: String, _ newPath: String) -> CInt { link(path, newPath) }
private func systemUnlink(_ path: String) -> CInt { unlink(path) }
private func systemRename(_ path: String, _ newPath: String) -> CInt { rename(path, newPath) }

/// Names that no other process will choose.
package enum RandomName {
  /// 32 hexadecimal digits.
  package static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return Hex.text(generator.next() as UInt64) + Hex.text(generator.next() as UInt64)
  }
}
