import HowUsedArchive
import HowUsedModel

/// Counts one bot's events of one UTC day by appending what each is, and sorts when somebody asks: that is quicker than
/// keeping counts in tables, and lets the oldest be dropped again.
final class DayCounter {
  /// The day's beginning, in Unix seconds.
  let start: Int64

  private var table = EventTable()
  /// Combination, user and minute of each event, in the order of ids.
  private var events: [UInt64] = []
  private var sent: [Sent] = []
  /// A registration time that came with an event.
  private struct Sent {
    var event: Int
    var user: UInt32
    var seconds: Int64
    /// Greater than those of earlier events, of other days, too.
    var arrival: UInt64
  }

  /// The events before this one don't count any more.
  private var open = 0

  private static let numberBits = 24
  private static let minuteBits = 16
  private static let numberMask: UInt64 = (1 << 24) - 1
  private static let minuteMask: UInt64 = (1 << 16) - 1
  static let secondsPerDay: Int64 = 86_400

  /// More than this are not taken: numbers of combinations and users have 24 bits.
  static let eventLimit = 1 << 24

  init(start: Int64) { self.start = start }

  /// Events that count.
  var count: Int { events.count - open }

  /// Whether any that counts isn't before `index`.
  func hasEvents(from index: Int) -> Bool { events.count > max(open, index) }

  /// All events that were added, dropped ones included as long as they are kept.
  var kept: Int { events.count }

  /// - Parameters:
  ///   - fragment: what the event's texts are slices of.
  ///   - seconds: when it happened, within the day.
  ///   - arrival: a number that is greater than those of earlier events, of other days, too.
  func add(_ event: ArchivedEvent, in fragment: UnsafeRawBufferPointer, at seconds: Int64, arrival: UInt64) {
    guard events.count < Self.eventLimit else { return }
    let combination = table.combination(event, in: fragment)
    let user = table.user(event)
    if let seconds = event.userRegisterTime {
      sent.append(Sent(event: events.count, user: user, seconds: seconds, arrival: arrival))
    }
    let minute = min(max(0, seconds - start), Self.secondsPerDay - 1) / 60
    events.append(Self.packed(combination, user, UInt64(truncatingIfNeeded: minute)))
  }

  /// What an event was: for who shows the last ones.
  func event(_ index: Int) -> (texts: [[UInt8]], user: Int64, seconds: Int64) {
    let event = events[index]
    return (
      table.texts(ofCombination: combination(event)), table.users.keys[user(event)], start + Int64(minute(event)) * 60
    )
  }

  /// Lets the events before `index` not count any more, and forgets those before `keptIndex`.
  func drop(before index: Int, keeping keptIndex: Int) {
    let forgotten = min(keptIndex, index)
    open = index - forgotten
    guard forgotten > 0 else { return }
    // What the tables hold of them goes with the last of a few drops, not with each.
    events.removeFirst(forgotten)
    sent = sent.filter { $0.event >= forgotten }
    for index in sent.indices { sent[index].event -= forgotten }
    if table.combinations.count + table.users.count > 1024 + 4 * events.count { compact() }
  }

  private func compact() {
    let old = (table: table, events: events, sent: sent)
    table = EventTable()
    events.removeAll(keepingCapacity: true)
    sent.removeAll()
    var next = 0
    for (index, event) in old.events.enumerated() {
      let (combination, user) = table.take(combination: combination(event), user: user(event), from: old.table)
      while next < old.sent.count, old.sent[next].event <= index {
        if old.sent[next].event == index {
          var entry = old.sent[next]
          entry.user = user
          sent.append(entry)
        }
        next += 1
      }
      events.append(Self.packed(combination, user, event & Self.minuteMask))
    }
  }

  @inline(__always)
  private static func packed(_ combination: UInt32, _ user: UInt32, _ minute: UInt64) -> UInt64 {
    (UInt64(combination) << UInt64(numberBits) | UInt64(user)) << UInt64(minuteBits) | minute
  }

  @inline(__always) private func combination(_ event: UInt64) -> Int {
    Int(truncatingIfNeeded: event >> UInt64(Self.numberBits + Self.minuteBits))
  }
  @inline(__always) private func user(_ event: UInt64) -> Int {
    Int(truncatingIfNeeded: event >> UInt64(Self.minuteBits) & Self.numberMask)
  }
  @inline(__always) private func minute(_ event: UInt64) -> Int { Int(truncatingIfNeeded: event & Self.minuteMask) }

  // MARK: The section

  /// Of the registration times that a user sent within several days' events only the last one counts. A segment's
  /// sections don't tell which one that is, and so the others go.
  static func keepLastSent(_ days: [DayCounter]) {
    guard days.count > 1, days.contains(where: { !$0.sent.isEmpty }) else { return }
    var last: [Int64: UInt64] = [:]
    for day in days {
      for sent in day.sent {
        let user = day.table.users.keys[Int(sent.user)]
        last[user] = max(last[user] ?? 0, sent.arrival)
      }
    }
    for day in days {
      day.sent.removeAll { $0.arrival < last[day.table.users.keys[Int($0.user)], default: 0] }
    }
  }

  /// A ``Section`` by the minute of the events that count.
  /// - Parameters:
  ///   - segment: the segment that they are of, or will be.
  ///   - start: the events before this one are left out.
  func encoded(_ compressor: ZstdCompressor, segment: UInt64, from start: Int = 0) throws -> [UInt8] {
    let first = max(open, start)
    let events = self.events[first...]
    var isUsed = (
      combinations: [Bool](repeating: false, count: table.combinations.count),
      users: [Bool](repeating: false, count: table.users.count)
    )
    for event in events {
      isUsed.combinations[combination(event)] = true
      isUsed.users[user(event)] = true
    }
    let (values, ranks) = sortedTexts(isUsed.combinations)
    let rows = sortedCombinations(isUsed.combinations, ranks, values.map(\.count))
    let userOrder = Self.sorted(table.users.keys, isUsed.users)
    var rowRanks = [UInt32](repeating: 0, count: table.combinations.count)
    for (rank, row) in rows.enumerated() { rowRanks[Int(row.number)] = UInt32(rank) }
    var userRanks = [UInt32](repeating: 0, count: table.users.count)
    for (rank, number) in userOrder.enumerated() { userRanks[Int(number)] = UInt32(rank) }

    let header = SectionHeader(start: self.start, span: Self.secondsPerDay, bucket: 60)
    var keys = TupleKeys(rows: rows.count, users: userOrder.count, buckets: header.buckets, counts: false)
    keys.reserveCapacity(events.count)
    for event in events {
      keys.add(
        row: rowRanks[combination(event)],
        user: userRanks[user(event)],
        bucket: UInt32(truncatingIfNeeded: minute(event)),
        count: 1
      )
    }
    keys.sort()
    var firstEvents = firstEvents(events, users: userOrder.count, userRanks, rowRanks)
    firstEvents.sent = lastSent(from: first, users: userOrder.count, userRanks, segment)
    var encoder = SectionEncoder(header, texts: values, firstEvents: firstEvents, compressor: compressor)
    try keys.write(to: &encoder) { rows[$0].key }
    return try encoder.finish(users: userOrder.map { table.users.keys[Int($0)] })
  }

  private func firstEvents(
    _ events: ArraySlice<UInt64>,
    users count: Int,
    _ userRanks: [UInt32],
    _ rowRanks: [UInt32]
  ) -> FirstEvents {
    var firstEvents = FirstEvents()
    firstEvents.minutes = Array(repeating: .max, count: count)
    firstEvents.rows = Array(repeating: 0, count: count)
    for event in events {
      let rank = Int(userRanks[user(event)])
      let minute = UInt32(minute(event))
      guard minute < firstEvents.minutes[rank] else { continue }
      firstEvents.minutes[rank] = minute
      firstEvents.rows[rank] = rowRanks[combination(event)]
    }
    return firstEvents
  }

  private func lastSent(
    from start: Int,
    users count: Int,
    _ userRanks: [UInt32],
    _ segment: UInt64
  ) -> [FirstEvents.Sent] {
    guard let first = sent.firstIndex(where: { $0.event >= start }) else { return [] }
    var last = [FirstEvents.Sent?](repeating: nil, count: count)
    for entry in sent[first...] {
      let rank = userRanks[Int(entry.user)]
      last[Int(rank)] = FirstEvents.Sent(user: rank, seconds: entry.seconds, segment: segment)
    }
    return last.compactMap { $0 }
  }

  /// The values that are used, ascending, and the place of each number among them.
  private func sortedTexts(_ used: [Bool]) -> (values: [[[UInt8]]], ranks: [[UInt32]]) {
    var values: [[[UInt8]]] = []
    var ranks: [[UInt32]] = []
    for place in 0..<4 {
      var isUsed = [Bool](repeating: false, count: table.withTable(place) { $0.count })
      for (number, combination) in table.combinations.keys.enumerated() where used[number] {
        isUsed[Int(combination[place])] = true
      }
      let found = table.withTable(place) { texts in
        isUsed.indices.filter { isUsed[$0] }.map { (text: Array(texts[UInt32($0)]), number: $0) }
          .sorted { $0.text.lexicographicallyPrecedes($1.text) }
      }
      var rank = [UInt32](repeating: 0, count: isUsed.count)
      for (index, entry) in found.enumerated() { rank[entry.number] = UInt32(index) }
      values.append(found.map(\.text))
      ranks.append(rank)
    }
    return (values, ranks)
  }

  /// The numbers of the combinations that are used, in the order of their values.
  private func sortedCombinations(
    _ used: [Bool],
    _ ranks: [[UInt32]],
    _ counts: [Int]
  ) -> [(key: TextNumbers, number: UInt32)] {
    let ranked = table.combinations.keys.enumerated().filter { used[$0.offset] }.map { number, key in
      (
        key: TextNumbers(
          ranks[0][Int(key[0])],
          ranks[1][Int(key[1])],
          ranks[2][Int(key[2])],
          ranks[3][Int(key[3])]
        ), number: UInt32(number)
      )
    }
    return CombinationOrder.sorted(ranked, counts: counts)
  }

  /// The places of some users, by their ids.
  private static func sorted(_ ids: [Int64], _ used: [Bool]) -> [UInt32] {
    let numbers = ids.indices.filter { used[$0] }
    guard let least = numbers.lazy.map({ ids[$0] }).min(), let most = numbers.lazy.map({ ids[$0] }).max() else {
      return []
    }
    let range = UInt64(bitPattern: most &- least)
    let width = 64 - range.leadingZeroBitCount
    let numberBits = RadixSort.bits(below: ids.count)
    guard width + numberBits <= 64 else {
      return numbers.sorted { ids[$0] < ids[$1] }.map { UInt32($0) }
    }
    var keys = numbers.map { UInt64(bitPattern: ids[$0] &- least) << UInt64(numberBits) | UInt64($0) }
    RadixSort.sort(&keys, bits: numberBits..<numberBits + width)
    return keys.map { UInt32(truncatingIfNeeded: $0 & ((1 << UInt64(numberBits)) - 1)) }
  }
}
