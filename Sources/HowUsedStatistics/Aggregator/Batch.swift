/// Events that are counted but not committed yet: equal counters are summed here, and users whom Redis was told about are
/// left out. A value without I/O, and all of the aggregator's work per event.
///
/// Everything is in the order of first appearance, since that decides which combinations a full bucket still takes; so the
/// counters don't depend on where batches begin and end.
package struct Batch {
  /// A combination's uses within a minute.
  struct Cell {
    let combination: Int
    let minute: Int64
    var count: Int64
  }

  /// Users that a combination had in a bucket, each told for the first time, as far as is remembered.
  struct Visits {
    let combination: Int
    let resolution: Resolution
    let bucket: Int64
    var users: [Int64]
  }

  struct Registration {
    let bot: Int64
    let user: Int64
    /// Unix seconds; 0: none was sent.
    let first: Int64
    var sent: Int64
  }

  private struct BotUser: Hashable {
    let bot: Int64
    let user: Int64
  }

  private struct BotMinute: Hashable {
    let bot: Int64
    let minute: Int64
  }

  private(set) var table: CombinationTable
  private(set) var cells: [Cell] = []
  private var cellIndexes: [UInt64: Int] = [:]
  private var minutes: Set<BotMinute> = []
  private(set) var visits: [Visits] = []
  private var visitIndexes: [UInt64: Int] = [:]
  private(set) var registrations: [Registration] = []
  private var registrationIndexes: [BotUser: Int] = [:]
  private var recent: SeenCache
  private var seen: SeenCache
  private var known: KnownCache
  private let seed: UInt64
  private var visitors = 0

  /// Events added since the last commit.
  package private(set) var events = 0

  /// - Parameter cacheSize: entries of the smallest cache, a power of two; all take 56 bytes for each of them at most.
  package init(cacheSize: Int = 1 << 18) {
    seed = UInt64.random(in: .min ... .max)
    table = CombinationTable(seed: seed)
    recent = SeenCache(most: cacheSize)
    seen = SeenCache(most: 4 * cacheSize)
    known = KnownCache(most: cacheSize)
  }

  package var isEmpty: Bool { events == 0 }

  /// About how many microseconds Redis will be busy with it at once: what a bot has in a minute, and each combination in
  /// it, goes into three rows.
  package var weight: Int { 2 * cells.count + 10 * minutes.count + (visitors + registrations.count) / 8 }

  /// Counts one event. `event` is empty for a deprecated update. `milliseconds` is the event's own time (Unix), `sent` the
  /// registration time in Unix seconds that came with it, 0 when none did.
  package mutating func add(
    bot: Int64,
    user: Int64,
    event: UnsafeRawBufferPointer,
    params: Params,
    milliseconds: Int64,
    sent: Int64
  ) {
    events += 1
    let seconds = milliseconds / 1000
    let minute = seconds / 60
    let combination = table.index(bot: bot, event: event, params: params)
    let cellKey = UInt64(truncatingIfNeeded: combination) << 32 | UInt64(truncatingIfNeeded: minute) & 0xffff_ffff
    if let index = cellIndexes[cellKey] {
      cells[index].count += 1
    } else {
      cellIndexes[cellKey] = cells.count
      cells.append(Cell(combination: combination, minute: minute, count: 1))
      minutes.insert(BotMinute(bot: bot, minute: minute))
    }
    let userHash = Mix.mix(seed ^ UInt64(bitPattern: user))
    visit(by: user, hash: Mix.mix(table.entries[combination].hash, userHash), combination, at: seconds)
    register(bot: bot, user: user, hash: userHash, at: seconds, sent: sent)
  }

  /// `hash` is of user and combination.
  private mutating func visit(by user: Int64, hash: UInt64, _ combination: Int, at seconds: Int64) {
    for resolution in Resolution.allCases {
      let bucket = resolution.bucket(at: seconds)
      // Two bits for the resolution: the numbers of different resolutions' buckets may be equal.
      let place = UInt64(bitPattern: bucket) << 2 | UInt64(resolution.rawValue)
      let hash = Mix.mix(hash ^ place)
      // Whoever was told in a bucket was told in the larger ones around it, too.
      if resolution == .minute ? recent.insert(hash) : seen.insert(hash) { return }
      visitors += 1
      let key = UInt64(truncatingIfNeeded: combination) << 36 | place & 0xf_ffff_ffff
      if let index = visitIndexes[key] {
        visits[index].users.append(user)
      } else {
        visitIndexes[key] = visits.count
        visits.append(Visits(combination: combination, resolution: resolution, bucket: bucket, users: [user]))
      }
    }
  }

  private mutating func register(bot: Int64, user: Int64, hash: UInt64, at seconds: Int64, sent: Int64) {
    if known.insert(Mix.mix(hash, UInt64(bitPattern: bot)), sent: sent) { return }
    let key = BotUser(bot: bot, user: user)
    if let index = registrationIndexes[key] {
      if sent != 0 { registrations[index].sent = sent }
    } else {
      registrationIndexes[key] = registrations.count
      registrations.append(Registration(bot: bot, user: user, first: seconds, sent: sent))
    }
  }

  /// To be called when the batch was committed: the next one begins.
  package mutating func committed() {
    events = 0
    visitors = 0
    cells.removeAll(keepingCapacity: true)
    cellIndexes.removeAll(keepingCapacity: true)
    minutes.removeAll(keepingCapacity: true)
    visits.removeAll(keepingCapacity: true)
    visitIndexes.removeAll(keepingCapacity: true)
    registrations.removeAll(keepingCapacity: true)
    registrationIndexes.removeAll(keepingCapacity: true)
    if table.isTooLarge { table.removeAll() }
  }

  /// To be called when it was not, or nobody knows: nothing may be left out of what is sent next.
  package mutating func forget() {
    committed()
    recent.removeAll()
    seen.removeAll()
    known.removeAll()
  }
}
