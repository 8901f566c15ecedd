import HowUsedModel
import HowUsedStore
import NIOCore
import Synchronization

/// The threads on which questions are answered: they read files and compute, and give way to those that take events.
///
/// Bots take turns, so that many questions about one don't keep the others waiting.
final class QuestionThreads: Sendable {
  /// More questions don't wait: in all, and about one bot.
  static let waitingLimits = (all: 4000, bot: 500)
  /// Whoever waits longer has most likely gone.
  static let longestWait = Duration.seconds(8)

  private struct Job: Sendable {
    let deadline: ContinuousClock.Instant
    /// - Parameter refusal: why it isn't answered; nil: it is to be.
    let run: @Sendable (_ refusal: StatisticsUnavailable?) -> Void
  }

  private struct State {
    var jobs: [BotID: [Job]] = [:]
    /// Bots with jobs, the next one first.
    var turns: [BotID] = []
    var waiting = 0
    var idle: [BackgroundThread]

    mutating func next() -> Job? {
      guard !turns.isEmpty else { return nil }
      let bot = turns.removeFirst()
      guard let job = jobs[bot]?.removeFirst() else { return nil }
      if jobs[bot]?.isEmpty == true { jobs[bot] = nil } else { turns.append(bot) }
      waiting -= 1
      return job
    }
  }

  private let longestWait: Duration
  private let state: Mutex<State>

  init(count: Int = 2, longestWait: Duration = QuestionThreads.longestWait) {
    self.longestWait = longestWait
    state = Mutex(State(idle: (0..<count).map { _ in BackgroundThread() }))
  }

  /// Questions that wait.
  var waiting: Int { state.withLock { $0.waiting } }

  /// - Throws: ``StatisticsUnavailable`` when too many wait already, or it waited too long, and what `body` throws.
  func run<Value: Sendable>(_ bot: BotID, _ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      let job = Job(deadline: .now + longestWait) { refusal in
        if let refusal { return continuation.resume(throwing: refusal) }
        continuation.resume(with: Result { try body() })
      }
      let (isTaken, thread) = add(job, bot)
      if !isTaken { job.run(StatisticsUnavailable("too many questions wait to be answered")) }
      if let thread { thread.eventLoop.execute { self.work(thread) } }
    }
  }

  /// - Returns: whether it waits now, and the thread that has to be woken for it.
  private func add(_ job: Job, _ bot: BotID) -> (isTaken: Bool, thread: BackgroundThread?) {
    state.withLock { state in
      let ofBot = state.jobs[bot]?.count ?? 0
      guard state.waiting < Self.waitingLimits.all, ofBot < Self.waitingLimits.bot else { return (false, nil) }
      if ofBot == 0 { state.turns.append(bot) }
      state.jobs[bot, default: []].append(job)
      state.waiting += 1
      return (true, state.idle.popLast())
    }
  }

  /// Until nothing waits any more.
  private func work(_ thread: BackgroundThread) {
    while true {
      let job = state.withLock { state in
        let job = state.next()
        if job == nil { state.idle.append(thread) }
        return job
      }
      guard let job else { return }
      job.run(.now < job.deadline ? nil : StatisticsUnavailable("the question waited too long to be answered"))
    }
  }
}
