import Glibc

/// Whole small files (settings, marks) and the folders that they are in; what goes wrong is a ``StoreError`` with a text for
/// the operator.
enum SmallFile {
  /// - Returns: the file's text (at most 64 KB of it); nil when it can't be read.
  static func read(_ path: String) -> String? {
    guard let bytes = try? File.openForReading(path).read(at: 0, count: 65_536) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The last lines of a file (of its last 4 KB), for error messages.
  static func lastLines(_ count: Int, of path: String) -> String {
    guard
      let file = try? File.openForReading(path), let size = try? file.size(),
      let bytes = try? file.read(at: max(0, size - 4096), count: 4096)
    else { return "" }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").suffix(count).joined(separator: "\n")
  }

  /// Puts the text in place at once: readers see the old file or the new one. Readable by the owner only.
  static func write(_ text: String, to path: String) throws(StoreError) {
    do throws(FileError) {
      try Folder.replace(path, with: Array(text.utf8), temporary: "\(path).\(getpid()).new", mode: 0o600)
    } catch {
      throw StoreError(error)
    }
  }

  /// Makes the folder and those above it that are missing.
  /// - Parameter mode: the permissions of new ones.
  static func makeFolder(_ path: String, mode: mode_t) throws(StoreError) {
    do throws(FileError) {
      try Folder.make(path, mode: mode)
    } catch {
      throw StoreError(error)
    }
    var about = stat()
    guard stat(path, &about) == 0, about.st_mode & S_IFMT == S_IFDIR else {
      throw .folder(path: path, reason: "it isn't a folder")
    }
    guard access(path, R_OK | W_OK | X_OK) == 0 else { throw .folder(path: path, reason: lastError) }
  }

  /// The whole path from the root, links resolved; the folder must exist.
  static func absolutePath(_ path: String) throws(StoreError) -> String {
    guard let resolved = realpath(path, nil) else { throw .folder(path: path, reason: lastError) }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static var lastError: String { FileError.words(errno) }
}

extension StoreError {
  fileprivate init(_ error: FileError) { self = .folder(path: error.path, reason: FileError.words(error.code)) }
}
