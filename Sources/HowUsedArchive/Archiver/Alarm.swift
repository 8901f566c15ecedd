import Synchronization

/// A sleep of one task that can be cut short.
package final class Alarm: Sendable {
  private struct State {
    var hasRung = false
    var sleeper: Task<Void, Never>?
  }

  private let state = Mutex(State())

  package init() {}

  /// Returns after the time, or as soon as it rings, or rang since the last sleep, or the task is cancelled.
  package func sleep(for time: Duration) async {
    guard time > .zero else { return }
    let task = Task { _ = try? await Task.sleep(for: time) }
    let hasRung = state.withLock { state in
      state.sleeper = task
      return state.hasRung
    }
    if hasRung { task.cancel() }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    state.withLock { $0 = State() }
  }

  package func ring() {
    state.withLock { state in
      state.hasRung = true
      state.sleeper?.cancel()
    }
  }
}
