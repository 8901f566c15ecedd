package import HowUsedModel
package import HowUsedStore
package import Redis

/// Counts the events of one partition: reads the stream behind the position, and commits counters and position at once.
/// Belongs to one task.
///
/// Any number of these may run for one partition, in one process or many: a commit takes effect only when the position
/// is still the one that its batch began at.
package final class PartitionCounter {
  package enum Progress: Sendable, Equatable {
    /// Everything that was in the stream is counted.
    case caughtUp
    /// There may be more.
    case more
    /// Somebody else committed meanwhile; what was read is dropped.
    case overtaken
  }

  /// Where tests let it die.
  package enum Step: CaseIterable, Sendable {
    case read
    case added
    case registered
    case committed
  }

  /// A batch of this ``Batch/weight`` is committed before more is added: Redis answers nobody else for 0.1 to 0.6
  /// milliseconds, by how many bots are in it.
  static let batchWeight = 400

  package let partition: Partition
  private let reader: StreamReader
  /// Nil: not known, to be read.
  private(set) var position: StreamID?
  private(set) var readThrough = StreamID.zero
  private var batch: Batch
  private var committer: BatchCommitter
  private let onStep: @Sendable (Step) throws -> Void

  /// Events counted and committed by this one.
  package private(set) var counted = 0
  /// Entries that aren't canonical fragments; they are passed over.
  package private(set) var malformed = 0
  /// The bots that the commits since ``takeNews()`` had events of.
  private var bots: Set<Int64> = []

  package init(
    client: RedisClient,
    reader: StreamReader? = nil,
    schema: KeySchema,
    partition: Partition,
    cacheSize: Int = 1 << 16,
    onStep: @escaping @Sendable (Step) throws -> Void = { _ in }
  ) {
    self.reader = reader ?? StreamReader(client: client, keys: schema)
    self.partition = partition
    self.onStep = onStep
    let keys = StatisticsKeys(schema, partition)
    committer = BatchCommitter(
      client: client,
      positionKey: keys.position,
      generationsKey: keys.generations,
      prefix: keys.prefix
    )
    batch = Batch(cacheSize: cacheSize)
  }

  /// Reads the position anew. What was added and not committed is forgotten.
  package func start() async throws {
    batch.forget()
    position = nil
    let found = try await committer.position()
    position = found
    readThrough = found
  }

  /// The next thing will be to read the position anew.
  func restart() { position = nil }

  /// What happened since the last call.
  func takeNews() -> (counted: Int, malformed: Int, bots: Set<Int64>) {
    defer {
      (counted, malformed) = (0, 0)
      bots = []
    }
    return (counted, malformed, bots)
  }

  /// Counts everything that is in the stream, in batches.
  package func catchUp() async throws -> Progress {
    if position == nil { try await start() }
    while true {
      let progress = try await take(reader.next(partition, after: readThrough, count: StreamReader.pageSize))
      if progress != .more { return progress }
    }
  }

  /// Adds what comes behind ``readThrough``, and commits when that's the end or the batch is large.
  func take(_ page: StreamEntries) async throws -> Progress {
    try onStep(.read)
    var next = 0
    repeat {
      next = page.forEach(from: next) { entry in
        if !batch.add(entry) { malformed += 1 }
        readThrough = entry.id
        return batch.weight < Self.batchWeight
      }
      try onStep(.added)
      if batch.weight >= Self.batchWeight || (page.isEnd && next == page.count) {
        guard try await commit() else { return .overtaken }
      }
    } while next < page.count
    return page.isEnd ? .caughtUp : .more
  }

  /// Returns false when somebody else moved the position: what was added is dropped, and reading goes on from there.
  private func commit() async throws -> Bool {
    guard let position, position != readThrough else { return true }
    let outcome: BatchCommitter.Outcome
    do {
      outcome = try await committer.commit(batch, from: position, to: readThrough) { try onStep(.registered) }
    } catch {
      // Nobody knows whether it was done: the position in Redis will tell.
      self.position = nil
      batch.forget()
      throw error
    }
    switch outcome {
    case .done(let crowded):
      counted += batch.events
      bots.formUnion(batch.bots)
      self.position = readThrough
      batch.committed()
      try onStep(.committed)
      try await committer.fold(crowded)
      return true
    case .moved(let found):
      batch.forget()
      self.position = found
      readThrough = found
      return false
    }
  }
}

@available(*, unavailable)
extension PartitionCounter: Sendable {}
