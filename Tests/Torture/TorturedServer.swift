import Foundation
import Synchronization
import TestSupport

/// A process that is started again and again under the same name: a server, or Redis.
final class TorturedServer: Sendable {
  private struct State {
    var process: ChildProcess?
    var isPaused = false
    /// Grows with everything that was done to it.
    var disturbances = 0
    var kills = 0
  }

  let name: String
  /// TCP; 0 when it's on a Unix socket.
  let port: Int
  let log: String
  private let command: [String]
  private let state = Mutex(State())

  init(name: String, port: Int = 0, command: [String], log: String) {
    self.name = name
    self.port = port
    self.command = command
    self.log = log
  }

  /// The number of disturbances so far, if it runs and isn't paused.
  var undisturbed: Int? {
    state.withLock { $0.process?.isRunning == true && !$0.isPaused ? $0.disturbances : nil }
  }

  var isRunning: Bool { state.withLock { $0.process?.isRunning == true } }
  var processID: pid_t? { state.withLock { $0.process?.processID } }
  /// How often it was killed while it ran.
  var kills: Int { state.withLock { $0.kills } }

  /// Nothing, if it runs. Returns before it listens. `environment` and `options` are added to what it's always started with.
  func start(environment: [String] = [], options: [String] = []) throws {
    try state.withLock { state in
      guard state.process?.isRunning != true else { return }
      state.disturbances += 1
      state.isPaused = false
      state.process = try ChildProcess(["env"] + environment + command + options, log: log)
    }
  }

  func kill() {
    state.withLock { state in
      state.disturbances += 1
      if state.process?.isRunning == true { state.kills += 1 }
      state.process?.kill()
      state.process = nil
    }
  }

  func pause() {
    state.withLock { state in
      state.disturbances += 1
      state.isPaused = true
      state.process?.signal(SIGSTOP)
    }
  }

  func resume() {
    state.withLock { state in
      state.disturbances += 1
      state.isPaused = false
      state.process?.signal(SIGCONT)
    }
  }

  /// SIGTERM. Returns how long it took to end; nil when it took longer than `limit` and was killed.
  func stop(within limit: Duration) async -> Duration? {
    let begin = ContinuousClock.now
    let process = state.withLock { state in
      state.disturbances += 1
      state.process?.signal(SIGTERM)
      return state.process
    }
    guard let process else { return .zero }
    let ended = try? await eventually(within: limit) { () -> Bool in !process.isRunning }
    let time = begin.duration(to: .now)
    kill()
    return ended == true ? time : nil
  }

  /// Bytes resident and files open; nil when it doesn't run.
  var resources: (memory: Int, files: Int)? {
    guard let id = processID, let status = try? String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
      let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }),
      let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count
    else { return nil }
    return (kilobytes << 10, files)
  }
}
