import ArgumentParser
import UnixSignals

/// Lets a command tidy up when it is told to stop.
enum Interruption {
  /// Runs the body; SIGINT or SIGTERM cancels it, and then it throws the shell's exit code for that signal.
  static func cancelling<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
      group.addTask { try await body() }
      group.addTask {
        for await signal in signals { throw ExitCode(signal == .sigint ? 130 : 143) }
        return nil
      }
      defer { group.cancelAll() }
      while let value = try await group.next() {
        if let value { return value }
      }
      throw CancellationError()
    }
  }
}

/// A command's failure, told in one line.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
