import Foundation

/// The built `howused`, run as a real process.
package struct HowUsedProgram: Sendable {
  package struct Outcome: Sendable {
    /// The exit code, or the number of the signal that ended it.
    package let status: Int32
    package let output: String
    package let error: String
  }

  /// The program that was built beside these tests.
  package static let path: String = {
    let tests = URL(filePath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
    return tests.appending(path: "howused").path(percentEncoded: false)
  }()

  /// What the program gets of our own environment: where programs are, and what `scripts/test --threads` sets.
  private static let inherited: [String: String] = {
    let own = ProcessInfo.processInfo.environment.filter { ["PATH", "TSAN_OPTIONS", "LD_PRELOAD"].contains($0.key) }
    return own.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
  }()

  /// Environment variables besides those.
  private let environment: [String: String]

  package init(environment: [String: String] = [:]) { self.environment = environment }

  /// Runs a command to its end, with nothing on its standard input.
  package func run(_ arguments: String...) async throws -> Outcome { try await run(arguments) }

  package func run(_ arguments: [String]) async throws -> Outcome {
    try await run(Self.path, arguments)
  }

  /// Runs a line as a user's shell would, with `howused` as the environment has it.
  package func shell(_ line: String) async throws -> Outcome { try await run("/bin/sh", ["-c", line]) }

  private func run(_ program: String, _ arguments: [String]) async throws -> Outcome {
    let folder = try TemporaryFolder()
    let files = try (output: Self.file(folder, "output"), error: Self.file(folder, "error"))
    // A process that has ended keeps its handles.
    defer { for file in [files.output, files.error] { try? file.close() } }
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = Self.inherited.merging(environment) { _, own in own }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = files.output
    process.standardError = files.error
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
      process.terminationHandler = { _ in continuation.resume() }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Outcome(
      status: process.terminationStatus,
      output: try String(contentsOfFile: folder.path + "/output", encoding: .utf8),
      error: try String(contentsOfFile: folder.path + "/error", encoding: .utf8)
    )
  }

  private static func file(_ folder: TemporaryFolder, _ name: String) throws -> FileHandle {
    let path = "\(folder.path)/\(name)"
    try Data().write(to: URL(filePath: path))
    return try FileHandle(forWritingTo: URL(filePath: path))
  }
}
