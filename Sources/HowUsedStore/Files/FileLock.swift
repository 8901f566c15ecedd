import Glibc

/// A lock on a file that processes hold and the kernel lets go of when they end, however they end (`flock(2)`).
final class FileLock: Sendable {
  enum Mode { case shared, exclusive }

  private let descriptor: Int32

  /// Opens (and makes, if need be) the file, without locking it yet.
  init(path: String) throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError.folder(path: path, reason: SmallFile.lastError) }
  }

  deinit { close(descriptor) }

  /// - Returns: whether the lock is held now. An own lock of the other mode is given up for it, even in vain.
  func tryLock(_ mode: Mode) -> Bool { Self.take(descriptor, mode) }

  /// Tries until it's held or the time is up.
  func lock(_ mode: Mode, within limit: Duration) async throws -> Bool {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while !tryLock(mode) {
      if ContinuousClock.now >= deadline { return false }
      try await Task.sleep(for: .milliseconds(10))
    }
    return true
  }

  func unlock() { Self.release(descriptor) }

  // MARK: For any open file

  /// - Returns: whether the lock is held now; if not, `errno` is EWOULDBLOCK when another open file holds it.
  static func take(_ descriptor: CInt, _ mode: Mode) -> Bool {
    while true {
      if flock(descriptor, (mode == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return true }
      guard errno == EINTR else { return false }
    }
  }

  static func release(_ descriptor: CInt) { flock(descriptor, LOCK_UN) }
}
