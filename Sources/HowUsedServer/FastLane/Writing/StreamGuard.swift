package import HowUsedModel
package import HowUsedStore
import Redis
import Synchronization

/// What is made sure of, on each connection that events are written over, before the first one is taken: that it leads to
/// this installation's Redis, and that no stream gives out an id that the archive is past.
package final class StreamGuard: Sendable {
  private struct State {
    var floors: [Partition: StreamID]
    var problem: String?
    var isPassing = false
  }

  /// An id that is so much ahead of Redis's clock was not given out by that clock as it is now, in milliseconds.
  static let tolerance: Int64 = 2_000

  private let keys: KeySchema
  private let archive: ArchiveIdentity?
  private let state: Mutex<State>
  /// The milliseconds of the highest id that is known.
  private let highest = Atomic<UInt64>(0)

  /// - Parameters:
  ///   - archive: the archive that this process writes; nil when it isn't known.
  ///   - floors: the last id of each partition that is in a file.
  package init(keys: KeySchema, archive: ArchiveIdentity?, floors: [Partition: StreamID]) {
    self.keys = keys
    self.archive = archive
    state = Mutex(State(floors: [:]))
    raise(floors)
  }

  /// No id up to these may be given out any more.
  package func raise(_ floors: [Partition: StreamID]) {
    let highest = state.withLock { state in
      state.floors.merge(floors) { max($0, $1) }
      return state.floors.values.max()?.milliseconds ?? 0
    }
    self.highest.store(highest, ordering: .relaxed)
  }

  /// Why events aren't taken, for a person; nil when nothing is wrong, or it isn't known.
  package var problem: String? { state.withLock { $0.problem } }

  /// Whether that is over by itself in a moment: a Redis that still reads its files has nothing wrong with it.
  var isPassing: Bool { state.withLock { $0.isPassing } }

  // MARK: Before the first event

  /// What Redis is asked.
  func questions() -> [RedisCommand] {
    let floors = state.withLock { $0.floors }
    return [ArchiveIdentity.question(keys)]
      + keys.partitions.map { StreamScripts(keys, $0).forward(to: floors[$0] ?? .zero) }
  }

  /// Whether events may be taken over the connection on which Redis answered so.
  func accepts(_ replies: [RedisValue]) -> Bool {
    let problem = problem(replies)
    state.withLock { state in
      state.problem = problem
      state.isPassing = replies.lazy.compactMap(\.error).first?.code == "LOADING"
    }
    guard problem == nil, replies.count == keys.partitionCount + 1 else { return false }
    var found: [Partition: StreamID] = [:]
    for (partition, reply) in zip(keys.partitions, replies.dropFirst()) {
      guard let forwarded = StreamScripts.Forwarded(reply) else { return false }
      found[partition] = forwarded.after
    }
    raise(found)
    return true
  }

  private func problem(_ replies: [RedisValue]) -> String? {
    if let error = replies.lazy.compactMap(\.error).first {
      return "Redis refuses what must be done before events are taken: \(error.message)"
    }
    guard let first = replies.first, let recorded = try? ArchiveIdentity.Recorded(first) else {
      return "what Redis has in \(keys.meta) can't be read: is it HowUsed's, and --key-prefix right?"
    }
    if let partitions = recorded.partitions, partitions != keys.partitionCount {
      return "this Redis was set up with \(partitions) partitions, not \(keys.partitionCount): is it another one's?"
    }
    if let id = recorded.id, let archive, id != archive.id {
      return "this Redis has another archive (\(id)) than the server (\(archive.id)): it must be started again"
    }
    return nil
  }

  // MARK: Ids that are ahead of the clock

  /// Whether the partition's next id will be ahead of the clock, because the last one is: it says nothing about the time.
  /// - Parameter now: Redis's unix time in milliseconds.
  @inline(__always)
  func isAhead(_ partition: Partition, now: Int64) -> Bool {
    let limit = UInt64(clamping: now + Self.tolerance)
    guard highest.load(ordering: .relaxed) > limit else { return false }
    return state.withLock { $0.floors[partition]?.milliseconds ?? 0 } > limit
  }

  /// How far ids are ahead of the clock, in milliseconds; 0 when they aren't.
  package func lead(now: Int64) -> Int64 {
    let lead = Int64(clamping: highest.load(ordering: .relaxed)) - now
    return lead > Self.tolerance ? lead : 0
  }
}

/// Hears what Redis says to a guard's questions on one connection.
final class StreamGuardReplies: RedisReplyHandler {
  private let count: Int
  private let done: ([RedisValue]) -> Void
  private var replies: [RedisValue] = []

  /// - Parameter done: called with all replies, or with those that came before the connection was lost.
  init(count: Int, _ done: @escaping ([RedisValue]) -> Void) {
    self.count = count
    self.done = done
  }

  func redisReplied(_ reply: borrowing RedisReply, index: Int) {
    replies.append(RedisValue(reply))
    if index + 1 == count { done(replies) }
  }

  func redisFailed(_ error: RedisClientError) { done([]) }
}
