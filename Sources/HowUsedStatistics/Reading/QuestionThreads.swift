import HowUsedStore
import NIOCore
import Synchronization

/// The threads on which questions are answered: they read files and compute, and give way to those that take events.
final class QuestionThreads: Sendable {
  /// More questions don't wait.
  private static let waitingLimit = 500

  private let threads: [BackgroundThread]
  private let state = Mutex((next: 0, waiting: 0))

  init(count: Int = 2) { threads = (0..<count).map { _ in BackgroundThread() } }

  /// - Throws: ``StatisticsUnavailable`` when too many wait already, and what `body` throws.
  func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let thread = try state.withLock { state in
      guard state.waiting < Self.waitingLimit else {
        throw StatisticsUnavailable("too many questions wait to be answered")
      }
      state.waiting += 1
      state.next = (state.next + 1) % threads.count
      return threads[state.next]
    }
    defer { state.withLock { $0.waiting -= 1 } }
    return try await thread.eventLoop.submit { try body() }.get()
  }

  func shutDown() async {
    for thread in threads { try? await thread.group.shutdownGracefully() }
  }
}
