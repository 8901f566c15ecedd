import Synchronization

/// What keeps the statistics from going on, for a person.
final class FollowerStatus: Sendable {
  private struct State {
    var reading: String?
    var keeping: String?
  }

  private let state = Mutex(State())

  /// Of reading the streams.
  func set(problem: String?) { state.withLock { $0.reading = problem } }

  /// Of making files.
  func set(keepingProblem problem: String?) { state.withLock { $0.keeping = problem } }

  /// Nil when nothing does.
  var problem: String? { state.withLock { $0.reading ?? $0.keeping } }
}
