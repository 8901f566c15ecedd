import CProcess
import Glibc

/// A program that is started to outlive this process: in a session of its own (so that a terminal's Ctrl-C doesn't reach
/// it), without any of our open files.
struct DetachedProcess: Sendable {
  let id: pid_t

  /// - Parameters:
  ///   - lock: a file that the process, and none of its children, holds locked until it ends. It is made if need be.
  /// - Returns: nil when another process holds the lock.
  init?(executable: String, arguments: [String], holding lock: String) throws(StoreError) {
    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    id = startHoldingLock(executable, &words, lock)
    guard id < 0 else { return }
    if errno == EAGAIN || errno == EACCES { return nil }
    throw .redisServerFailed("\(executable): \(SmallFile.lastError)")
  }

  /// Whether such a process runs.
  static func isHolding(_ lock: String) throws(StoreError) -> Bool {
    let holder = holderOfLock(lock)
    guard holder >= 0 else { throw .folder(path: lock, reason: SmallFile.lastError) }
    return holder > 0
  }

  /// Takes note of its end if it has ended, so that it doesn't stay in the process table.
  /// - Returns: whether it has ended (or isn't a child of this process).
  func hasEnded() -> Bool {
    var status: Int32 = 0
    return waitpid(id, &status, WNOHANG) != 0
  }

  /// The path of a program, as the shell would find it.
  static func find(_ name: String, path: String?) -> String? {
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
