package import Foundation
import Synchronization

/// A child process, started and ended by its id.
package final class ChildProcess: Sendable {
  package struct StartError: Error, CustomStringConvertible {
    package let description: String
  }

  package let processID: pid_t
  private let isReaped = Mutex(false)

  /// Starts `command`, looked up in PATH, reading from the descriptor `input`; its output is appended to `log`.
  package init(_ command: [String], input: Int32? = nil, log: String) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Not everything that the tests beside this one have open is closed by itself: up to hundreds of sockets, which would
    // stay open as long as the child.
    for other in 3..<CInt(min(4096, sysconf(CInt(_SC_OPEN_MAX)))) { posix_spawn_file_actions_addclose(&actions, other) }
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    defer { for argument in arguments { free(argument) } }
    arguments.append(nil)
    var child: pid_t = 0
    let code = posix_spawnp(&child, command.first ?? "", &actions, nil, arguments, environ)
    guard code == 0 else {
      throw StartError(description: "can't start \(command.first ?? ""): \(String(cString: strerror(code)))")
    }
    processID = child
  }

  deinit {
    kill()
  }

  /// Whether the process has neither ended nor been ended.
  package var isRunning: Bool { !reap(options: WNOHANG) }

  /// Sends a signal, unless the process has ended: its id may be another's by then.
  package func signal(_ number: Int32) {
    isReaped.withLock { if !$0 { _ = Foundation.kill(processID, number) } }
  }

  /// SIGKILL, and waits until the process is gone.
  package func kill() {
    signal(SIGKILL)
    _ = reap(options: 0)
  }

  /// Blocks until the process has ended by itself.
  package func waitUntilGone() {
    _ = reap(options: 0)
  }

  /// SIGTERM, and SIGKILL when the process is still there after `limit`.
  package func stop(within limit: Duration = .seconds(15)) async {
    signal(SIGTERM)
    // A paused process ends only when it goes on.
    signal(SIGCONT)
    let ended = try? await eventually(within: limit) { !isRunning }
    if ended != true { kill() }
  }

  /// Returns whether the process has ended.
  private func reap(options: Int32) -> Bool {
    isReaped.withLock { isReaped in
      if !isReaped {
        var status: Int32 = 0
        let child = waitpid(processID, &status, options)
        isReaped = child == processID || (child == -1 && errno == ECHILD)
      }
      return isReaped
    }
  }
}
