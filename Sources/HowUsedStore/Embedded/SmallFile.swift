import Glibc

/// Whole small files (settings, marks), with the error's text where one fails.
enum SmallFile {
  /// - Returns: the file's text (at most 64 KB of it); nil when it can't be read.
  static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    var count = 0
    while count < buffer.count {
      let got = buffer.withUnsafeMutableBytes { bytes in
        Glibc.read(file, bytes.baseAddress?.advanced(by: count), bytes.count - count)
      }
      if got < 0 { return nil }
      if got == 0 { break }
      count += got
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  /// The last lines of a file (of its last 4 KB), for error messages.
  static func lastLines(_ count: Int, of path: String) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let start = max(0, lseek(file, 0, SEEK_END) - buffer.count)
    let got = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, start) }
    let lines = String(decoding: buffer[..<max(0, got)], as: UTF8.self).split(separator: "\n")
    return lines.suffix(count).joined(separator: "\n")
  }

  /// Puts the text in place at once: readers see the old file or the new one. Readable by the owner only.
  static func write(_ text: String, to path: String) throws {
    let temporary = "\(path).\(getpid()).new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw StoreError.folder(path: path, reason: lastError) }
    defer { close(file) }
    let bytes = Array(text.utf8)
    guard Glibc.write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0, rename(temporary, path) == 0 else {
      let reason = lastError
      unlink(temporary)
      throw StoreError.folder(path: path, reason: reason)
    }
  }

  /// Makes the folder and those above it that are missing.
  /// - Parameter mode: the permissions of new ones.
  static func makeFolder(_ path: String, mode: mode_t) throws {
    var made = ""
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      made += made.isEmpty && part.isEmpty ? "/" : made.hasSuffix("/") || made.isEmpty ? String(part) : "/\(part)"
      if made == "/" || part.isEmpty { continue }
      if mkdir(made, mode) != 0, errno != EEXIST {
        throw StoreError.folder(path: made, reason: lastError)
      }
    }
    var about = stat()
    guard stat(path, &about) == 0, about.st_mode & S_IFMT == S_IFDIR else {
      throw StoreError.folder(path: path, reason: "it isn't a folder")
    }
    guard access(path, R_OK | W_OK | X_OK) == 0 else { throw StoreError.folder(path: path, reason: lastError) }
  }

  /// The whole path from the root, links resolved; the folder must exist.
  static func absolutePath(_ path: String) throws -> String {
    guard let resolved = realpath(path, nil) else { throw StoreError.folder(path: path, reason: lastError) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static var lastError: String { String(cString: strerror(errno)) }
}
