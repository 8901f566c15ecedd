package import Foundation

/// `howused serve` as a real process on a free port.
package final class ServerProcess: Sendable {
  package struct StartError: Error, CustomStringConvertible {
    package let description: String
  }

  package let port: Int
  package let processID: pid_t
  private let process: ChildProcess
  private let log: String

  /// Starts it and returns as soon as it listens; it may not have reached Redis yet.
  /// - Parameters:
  ///   - options: further options of `howused serve`.
  ///   - environment: variables besides those of this process.
  ///   - openFiles: how many files it may have open at once; nil for as many as this process.
  package init(
    dataFolder: String,
    options: [String] = [],
    environment: [String: String] = [:],
    openFiles: Int? = nil
  ) async throws {
    try FileManager.default.createDirectory(atPath: dataFolder, withIntermediateDirectories: true)
    let log = "\(dataFolder)/server.\(UUID().uuidString.prefix(8)).log"
    let limiting = openFiles.map { ["/bin/sh", "-c", "ulimit -n \($0) && exec \"$0\" \"$@\""] } ?? []
    let setting = environment.isEmpty ? [] : ["/usr/bin/env"] + environment.map { "\($0)=\($1)" }
    let process = try ChildProcess(
      limiting + setting + [HowUsedProgram.path, "serve", "--port", "0", "--data-dir", dataFolder] + options,
      log: log
    )
    let port = try await eventually(within: .seconds(30)) { () -> Int? in
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      if let line = text.split(separator: "\n").first(where: { $0.hasSuffix("listening") }),
        let value = line.split(separator: " ").first(where: { $0.hasPrefix("port=") })
      {
        return Int(value.dropFirst("port=".count))
      }
      guard process.isRunning else { throw StartError(description: text) }
      return nil
    }
    guard let port else { throw StartError(description: "it doesn't listen") }
    self.port = port
    self.process = process
    self.log = log
    processID = process.processID
  }

  /// What it has logged.
  package var output: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  package var isRunning: Bool { process.isRunning }

  package func signal(_ number: Int32) { process.signal(number) }

  package func kill() { process.kill() }

  /// SIGTERM. Returns how long it took to end; nil when it hadn't ended within the limit and was killed.
  @discardableResult
  package func stop(within limit: Duration = .seconds(30)) async -> Duration? {
    let start = ContinuousClock.now
    process.signal(SIGTERM)
    let ended = try? await eventually(within: limit) { !process.isRunning }
    guard ended == true else {
      process.kill()
      return nil
    }
    return start.duration(to: .now)
  }
}
