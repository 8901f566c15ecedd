import Synchronization

/// A sleep of one task that can be cut short.
package final class WakeableSleep: Sendable {
  private struct State {
    var isAwake = false
    var sleeper: Task<Void, Never>?
  }

  private let state = Mutex(State())

  package init() {}

  /// Returns after the time, or as soon as somebody wakes it, or has since the last sleep, or the task is cancelled.
  package func sleep(for time: Duration) async {
    guard time > .zero else { return }
    let task = Task { _ = try? await Task.sleep(for: time) }
    let isAwake = state.withLock { state in
      state.sleeper = task
      return state.isAwake
    }
    if isAwake { task.cancel() }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    state.withLock { $0 = State() }
  }

  package func wake() {
    state.withLock { state in
      state.isAwake = true
      state.sleeper?.cancel()
    }
  }
}
