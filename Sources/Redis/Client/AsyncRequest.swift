internal import Synchronization

/// A request that a task waits for, and the value that its replies are added to. The task may give up waiting; the replies
/// still come, and are then ignored.
final class AsyncRequest<Value: Sendable>: RedisReplyHandler, Sendable {
  private struct State {
    var continuation: CheckedContinuation<Value, any Error>?
    var isOver = false
    /// The first error that `add` threw. It's thrown when all replies are here, since the connection goes on.
    var failure: (any Error)?
  }

  private let commands: Int
  private let add: @Sendable (inout Value, borrowing RedisReply) throws -> Void
  private let state = Mutex(State())
  /// Used on the connection's event loop alone, so nobody ever waits for it.
  private let value: Mutex<Value>

  init(
    commands: Int,
    adding replies: Value,
    _ add: @escaping @Sendable (inout Value, borrowing RedisReply) throws -> Void
  ) {
    self.commands = commands
    self.add = add
    value = Mutex(replies)
  }

  /// Returns false, and lets the task go on at once, when it was cancelled before it began to wait.
  func begin(_ continuation: CheckedContinuation<Value, any Error>) -> Bool {
    let isOver = state.withLock { state in
      if !state.isOver { state.continuation = continuation }
      return state.isOver
    }
    if isOver { continuation.resume(throwing: CancellationError()) }
    return !isOver
  }

  func cancel() {
    finish(.failure(CancellationError()))
  }

  func redisReplied(_ reply: borrowing RedisReply, index: Int) {
    guard !state.withLock({ $0.isOver }) else { return }
    // Outside of that lock: what the caller does with a reply may take long, and a cancellation mustn't wait for it.
    do {
      try value.withLock { try add(&$0, reply) }
    } catch {
      state.withLock { if $0.failure == nil { $0.failure = error } }
    }
    guard index + 1 == commands else { return }
    let failure = state.withLock { $0.failure }
    finish(failure.map { .failure($0) } ?? .success(value.withLock { $0 }))
  }

  func redisFailed(_ error: RedisClientError) {
    finish(.failure(error))
  }

  private func finish(_ outcome: Result<Value, any Error>) {
    let continuation = state.withLock { state in
      defer {
        state.isOver = true
        state.continuation = nil
      }
      return state.continuation
    }
    continuation?.resume(with: outcome)
  }
}
