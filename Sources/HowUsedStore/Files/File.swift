package import Glibc

/// An open file. All calls block: use it only on a thread that may.
///
/// Not Sendable on purpose; closed at the latest when it is released.
package final class File {
  package let path: String
  private var descriptor: CInt

  private init(path: String, descriptor: CInt) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if descriptor > STDERR_FILENO { _ = systemClose(descriptor) }
  }

  /// Makes a new file for writing; fails with EEXIST if there is one.
  package static func create(_ path: String, mode: mode_t = 0o644) throws(FileError) -> File {
    try File(path: path, descriptor: Self.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode))
  }

  /// Makes a new file of these bytes, and returns when they are on the device.
  package static func create(_ path: String, holding bytes: [UInt8], mode: mode_t = 0o644) throws(FileError) {
    let file = try create(path, mode: mode)
    try file.write(bytes)
    try file.sync()
    try file.close()
  }

  /// Opens a file for reading and writing, and makes it if there is none. Writing begins at its start.
  package static func openOrCreate(_ path: String) throws(FileError) -> File {
    try File(path: path, descriptor: Self.open(path, O_RDWR | O_CREAT | O_CLOEXEC))
  }

  package static func openForReading(_ path: String) throws(FileError) -> File {
    try File(path: path, descriptor: Self.open(path, O_RDONLY | O_CLOEXEC))
  }

  /// Never closed.
  package static var standardOutput: File { File(path: "standard output", descriptor: STDOUT_FILENO) }

  private static func open(_ path: String, _ flags: CInt, _ mode: mode_t = 0o644) throws(FileError) -> CInt {
    while true {
      let descriptor = systemOpen(path, flags, mode)
      if descriptor >= 0 { return descriptor }
      if errno != EINTR { throw FileError(.open, path: path, code: errno) }
    }
  }

  /// The size in bytes.
  package func size() throws(FileError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(.status, path: path, code: errno) }
    return Int(status.st_size)
  }

  /// Writes all bytes at the current end. After an error any number of them may have been written.
  package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while let base = rest.baseAddress, rest.count > 0 {
      let written = systemWrite(descriptor, base, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw FileError(.write, path: path, code: errno)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[written...])
    }
  }

  package func write(_ bytes: [UInt8]) throws(FileError) {
    // A typed throw does not pass through `withUnsafeBytes`, so the result carries it.
    let outcome: Result<Void, FileError> = bytes.withUnsafeBytes { bytes in
      do throws(FileError) {
        try write(bytes)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    try outcome.get()
  }

  /// Reads up to `count` bytes at `offset`; fewer only at the end of the file.
  package func read(at offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var failure: CInt = 0
    // Never of capacity 0: all empty arrays are one, and its count is written here. The thread sanitizer calls that a race.
    let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
      while initialized < count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + initialized, count - initialized, off_t(offset + initialized))
        if got < 0 {
          if errno == EINTR { continue }
          failure = errno
          return
        }
        if got == 0 { return }
        initialized += got
      }
    }
    if failure != 0 { throw FileError(.read, path: path, code: failure) }
    return bytes
  }

  /// Reads all of it, also when the device can't give some of it.
  package func readAll() throws(FileError) -> FileContents {
    try FileContents.read(size: try size()) { (offset, count) throws(FileError) in try read(at: offset, count: count) }
  }

  package func truncate(to size: Int) throws(FileError) {
    guard ftruncate(descriptor, off_t(size)) == 0, lseek(descriptor, off_t(size), SEEK_SET) >= 0 else {
      throw FileError(.truncate, path: path, code: errno)
    }
  }

  /// Returns when the data is on the device. After an error the file must not be synced again: the kernel may have
  /// dropped the dirty pages and would report success the second time.
  package func sync() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(.sync, path: path, code: errno) }
  }

  /// Like `sync`, without time stamps.
  package func syncData() throws(FileError) {
    guard fdatasync(descriptor) == 0 else { throw FileError(.sync, path: path, code: errno) }
  }

  /// Opens a file that there is for reading and writing, as network file systems want it for locking.
  package static func openForLocking(_ path: String) throws(FileError) -> File {
    try File(path: path, descriptor: Self.open(path, O_RDWR | O_CLOEXEC))
  }

  /// Locks the whole file for this process; false if another one has locked it. The lock ends with the file's closing.
  ///
  /// - Throws: `FileError`, EBADF if it is open for reading only: network file systems make a write lock of this.
  package func lock() throws(FileError) -> Bool {
    guard fcntl(descriptor, F_GETFL) & O_ACCMODE != O_RDONLY else { throw FileError(.lock, path: path, code: EBADF) }
    if FileLock.take(descriptor, .exclusive) { return true }
    guard errno == EWOULDBLOCK else { throw FileError(.lock, path: path, code: errno) }
    return false
  }

  /// Ends the lock at once, even while a process that is just being started still shares the open file.
  package func unlock() { FileLock.release(descriptor) }

  package func close() throws(FileError) {
    let descriptor = self.descriptor
    self.descriptor = -1
    guard descriptor < 0 || systemClose(descriptor) == 0 else { throw FileError(.close, path: path, code: errno) }
  }
}

@available(*, unavailable)
extension File: Sendable {}

// The C functions under names that do not collide with the methods above.
private func systemOpen(_ path: String, _ flags: CInt, _ mode: mode_t) -> CInt { open(path, flags, mode) }
private func systemClose(_ descriptor: CInt) -> CInt { close(descriptor) }
private func systemWrite(_ descriptor: CInt, _ base: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, base, count)
}

/// A system call on a file that failed, with its errno.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case open, read, write, sync, truncate, close, link, unlink, rename, makeFolder, list, status, lock
  }

  package let operation: Operation
  package let path: String
  package let code: CInt

  package init(_ operation: Operation, path: String, code: CInt) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// No room on the device or in the quota: waiting may help, and nothing is wrong with the file.
  package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  package var isMissing: Bool { code == ENOENT }
  /// The device or the file system can't give what was once written, or there is something else under the name.
  package var isUnreadable: Bool { [EIO, ENXIO, ENODATA, EUCLEAN, EISDIR].contains(code) }
  package var isReadOnly: Bool { code == EROFS || code == EACCES }
  package var isBrokenPipe: Bool { code == EPIPE }
  package var alreadyExists: Bool { code == EEXIST }

  package var description: String {
    "\(operation.rawValue) of \(path) failed: \(Self.words(code)) (errno \(code))"
  }

  /// What the system calls an errno.
  static func words(_ code: CInt) -> String { String(cString: strerror(code)) }
}
