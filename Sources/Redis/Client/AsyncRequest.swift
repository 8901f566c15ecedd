internal import Synchronization

/// A request that a task waits for. The task may give up waiting; the replies still come, and are then ignored.
final class AsyncRequest<Value: Sendable>: RedisReplyHandler, Sendable {
  private struct State {
    var continuation: CheckedContinuation<[Value], any Error>?
    var isOver = false
    var values: [Value] = []
    /// The first error that `transform` threw. It's thrown when all replies are here, since the connection goes on.
    var failure: (any Error)?
  }

  private let commands: Int
  private let transform: @Sendable (borrowing RedisReply) throws -> Value
  private let state = Mutex(State())

  init(commands: Int, transform: @escaping @Sendable (borrowing RedisReply) throws -> Value) {
    self.commands = commands
    self.transform = transform
  }

  /// Returns false, and lets the task go on at once, when it was cancelled before it began to wait.
  func begin(_ continuation: CheckedContinuation<[Value], any Error>) -> Bool {
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

  func redisReplied(_ reply: borrowing RedisReply, index: Int, tag: UInt64) {
    guard !state.withLock({ $0.isOver }) else { return }
    // Outside of the lock: what the caller does with a reply may take long, and a cancellation mustn't wait for it.
    let outcome: Result<Value, any Error>
    do { outcome = .success(try transform(reply)) } catch { outcome = .failure(error) }
    let failure = state.withLock { state in
      switch outcome {
      case .success(let value): state.values.append(value)
      case .failure(let error): if state.failure == nil { state.failure = error }
      }
      return state.failure
    }
    guard index + 1 == commands else { return }
    if let failure { finish(.failure(failure)) } else { finish(nil) }
  }

  func redisFailed(_ error: RedisClientError, tag: UInt64) {
    finish(.failure(error))
  }

  /// Nil: with the values collected.
  private func finish(_ outcome: Result<[Value], any Error>?) {
    let (continuation, values) = state.withLock { state in
      defer {
        state.isOver = true
        state.continuation = nil
        state.values = []
      }
      return (state.continuation, state.values)
    }
    continuation?.resume(with: outcome ?? .success(values))
  }
}
