import Foundation

/// A small shell that outlives this process when it's killed or crashes, and then ends what would be left: the last
/// process that it was told of, and that process's folder.
final class OrphanGuard: Sendable {
  /// Reads process ids until this process is gone; it alone holds the other end of what it reads. Signals that a terminal
  /// sends to all are ignored. The process's current folder proves that the id is still the same one's.
  private static let script = """
    trap '' INT TERM HUP
    while read -r line; do child=$line; done
    [ -n "$child" ] && [ "$(readlink "/proc/$child/cwd")" = "$1" ] && kill -9 "$child"
    rm -rf "$1"
    """

  private let shell: ChildProcess
  private let line: Int32

  /// `folder` is the current folder of the processes to be guarded.
  init(folder: String) throws {
    var ends: [Int32] = [-1, -1]
    // A socket pair, since only that can be made so that no other child inherits it, and without SIGPIPE.
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw POSIXError(.EMFILE) }
    defer { close(ends[0]) }
    line = ends[1]
    do {
      shell = try ChildProcess(["sh", "-c", Self.script, "sh", folder], input: ends[0], log: "/dev/null")
    } catch {
      close(ends[1])
      throw error
    }
  }

  deinit {
    close(line)
    shell.waitUntilGone()
  }

  func guardProcess(_ processID: pid_t) {
    tell("\(processID)")
  }

  /// The process was ended and reaped: its id may be another's soon.
  func releaseProcess() {
    tell("")
  }

  private func tell(_ text: String) {
    let bytes = Array("\(text)\n".utf8)
    _ = send(line, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
