internal import NIOCore

/// The tasks that wait for a connection to become ready. Bound to the connection's event loop.
final class ReadyWaiters {
  private var waiters: [Int: EventLoopPromise<Void>] = [:]
  private var next = 0

  func add(_ promise: EventLoopPromise<Void>, timeout: TimeAmount) {
    let number = next
    next += 1
    waiters[number] = promise
    promise.futureResult.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
      self.waiters.removeValue(forKey: number)?.fail(RedisClientError.notConnected)
    }
  }

  func succeedAll() {
    let waiting = waiters
    waiters = [:]
    for promise in waiting.values { promise.succeed() }
  }

  func failAll() {
    let waiting = waiters
    waiters = [:]
    for promise in waiting.values { promise.fail(RedisClientError.notConnected) }
  }
}

@available(*, unavailable)
extension ReadyWaiters: Sendable {}
