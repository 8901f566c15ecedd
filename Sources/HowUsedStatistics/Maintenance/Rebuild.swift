package import HowUsedArchive
package import HowUsedModel
package import HowUsedStore
package import Redis

/// Counts a partition's events anew, from the archive and the rest of the stream, into generations of their own, and swaps
/// those in when they are exactly as far as the living ones.
///
/// The service goes on meanwhile. Online peaks stay: they were observed, and events don't tell them. Killed at any point,
/// it changes nothing; the next one removes what is left over.
package struct Rebuild {
  package let partition: Partition
  private let client: RedisClient
  private let schema: KeySchema
  private let keys: StatisticsKeys
  private let log: PartitionLog
  /// Only this bot; nil: all, and with them the position.
  private let only: BotID?
  private let progress: (Int) -> Void

  /// How many seconds a rebuild that was killed keeps others away.
  static let lockSeconds = 120
  /// How often the living statistics may be ahead again when the rebuild has reached them.
  static let attempts = 1000

  /// - Parameter progress: told how many events were read since it was last told.
  package init(
    client: RedisClient,
    schema: KeySchema,
    partition: Partition,
    archive: ArchiveLayout,
    only: BotID? = nil,
    progress: @escaping (Int) -> Void = { _ in }
  ) {
    self.client = client
    self.schema = schema
    self.partition = partition
    self.only = only
    self.progress = progress
    keys = StatisticsKeys(schema, partition)
    log = PartitionLog(layout: archive, partition: partition)
  }

  /// - Parameter force: even if old archive files are gone, and with them what only they could tell.
  /// - Throws: ``RebuildError``, and what reading files and Redis throws.
  package func run(force: Bool = false) async throws {
    if !force, let floor = try log.floor() {
      throw RebuildError.archiveWasCut(
        partition,
        before: UTCTime.date(milliseconds: Int64(clamping: floor.last.milliseconds))
      )
    }
    let lock = RebuildLock(client: client, key: keys.rebuildLock)
    guard try await lock.take() else { throw RebuildError.busy(partition) }
    do {
      try await rebuild(lock)
      try await lock.release()
    } catch {
      try? await lock.release()
      throw error
    }
  }

  private func rebuild(_ lock: RebuildLock) async throws {
    let cleaner = GenerationCleaner(client: client, keys: keys)
    try await cleaner.removeLeftovers()
    var cursor = ArchiveCursor(log)
    let archived = try await client.send("GET", schema.archivePosition(partition)).string.flatMap { StreamID($0) }
    if let archived, archived > (try cursor.sealedThrough()) {
      throw RebuildError.archiveIsElsewhere(partition, sealedThrough: archived)
    }
    let generation = try await nextGeneration()
    if let only { try await client.send("HSET", keys.rebuildGenerations, only.rawValue, generation) }
    var writer = RebuildWriter(
      committer: BatchCommitter(
        client: client,
        positionKey: keys.rebuildPosition,
        generationsKey: keys.rebuildGenerations,
        prefix: keys.prefix,
        firstGeneration: generation
      ),
      only: only
    )
    for _ in 0..<Self.attempts {
      // A single bot's counters must be as far as the others', so it never runs ahead of the position.
      let live = try await livePosition()
      try await readArchive(&cursor, &writer, through: only == nil ? nil : live, lock)
      guard try await readStream(&cursor, &writer, through: only == nil ? nil : live, lock) else { continue }
      try await writer.commit()
      let swapped = try await GenerationSwap(client: client, keys: keys).swap(
        at: writer.committedThrough,
        generation: generation,
        only: only
      )
      guard let swapped else { continue }
      try await cleaner.remove(swapped)
      return
    }
    throw RebuildError.neverCaughtUp(partition)
  }

  private func livePosition() async throws -> StreamID {
    try await client.send("GET", keys.position).string.flatMap { StreamID($0) } ?? .zero
  }

  /// Above all that are or were in use.
  private func nextGeneration() async throws -> Int64 {
    let values = try await client.send("HVALS", keys.generations).array ?? []
    return (values.compactMap(\.int).max() ?? 0) + 1
  }

  private func readArchive(
    _ cursor: inout ArchiveCursor,
    _ writer: inout RebuildWriter,
    through limit: StreamID?,
    _ lock: RebuildLock
  ) async throws {
    while !writer.hasHeldLines, let lines = try cursor.next() {
      progress(writer.hold(lines))
      try await writer.takeHeld(through: limit)
      try await lock.renew()
    }
    try await writer.takeHeld(through: limit)
  }

  /// Reads what isn't sealed. Returns false when something was sealed meanwhile: it may be gone from the stream then, and
  /// must be read from the archive.
  private func readStream(
    _ cursor: inout ArchiveCursor,
    _ writer: inout RebuildWriter,
    through limit: StreamID?,
    _ lock: RebuildLock
  ) async throws -> Bool {
    guard !writer.hasHeldLines else { return true }
    let reader = StreamReader(client: client, keys: schema)
    while true {
      let page =
        writer.readThrough < limit ?? .max
        ? try await reader.read(partition, after: writer.readThrough, through: limit, count: StreamReader.pageSize)
        : StreamEntries()
      if try cursor.hasMore() { return false }
      try await writer.add(page)
      progress(page.count)
      try await lock.renew()
      if page.isEnd { return true }
    }
  }
}
