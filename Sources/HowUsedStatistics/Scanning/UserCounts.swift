/// Counts different users by series and point, and over the whole time.
struct UserCounts: UserVisitor, ScanSized {
  private struct OpenPoint {
    var point = -1
    var users: [UInt64] = []
  }

  /// Of each point, one after the other, its series; missing behind the last one that anybody was in.
  private var values: [Int64] = []
  private(set) var totals: [Int64]
  /// Of each user the first series that it was seen in: mostly it's the only one. Below 0: none.
  private var first: [Int16] = []
  /// Of each series a bit for each user that was seen in it, but in another one before.
  private var seen: [[UInt64]]
  /// Of each series the last points that went on behind a group of sections, and who was in them.
  private var open: [(older: OpenPoint, newer: OpenPoint)]
  private let series: Int
  /// Of a group that more may come of.
  private var part = Part()
  private(set) var takesMore = false

  private struct Part {
    var group = 0..<Int64(0)
    var width = 0
    /// Of each series the words of each user; empty: that isn't kept.
    var masks: [[UInt64]] = []
  }

  /// More words of users aren't kept.
  private static let partLimit = 1 << 20

  init(series: Int) {
    totals = Array(repeating: 0, count: series)
    seen = Array(repeating: [], count: series)
    open = Array(repeating: (OpenPoint(), OpenPoint()), count: series)
    self.series = series
  }

  func values(of series: Int, points: Int) -> [Int64] {
    (0..<points).map { point in
      let place = point * self.series + series
      return place < values.count ? values[place] : 0
    }
  }

  /// Bytes of memory, about.
  var size: Int {
    let users = open.reduce(0) { $0 + $1.older.users.count + $1.newer.users.count } + seen.reduce(0) { $0 + $1.count }
    return (values.count + users + part.masks.reduce(0) { $0 + $1.count }) * 8 + first.count * 2
  }

  mutating func begin(_ group: Range<Int64>, mayGrow: Bool, width: Int, users: Int) {
    if mayGrow, part.group == group { return }
    // Of one point alone it's enough to know who was seen.
    let isKept = mayGrow && users * width * series <= Self.partLimit
    let masks = [[UInt64]](repeating: [], count: isKept && width > 0 ? series : 0)
    part = Part(group: group, width: width, masks: masks)
    takesMore = isKept
  }

  /// Leaves out where users were in earlier parts of the group.
  private mutating func leaveOutParts(_ batch: UserBatch, _ series: Int, _ users: Int) {
    guard !part.masks.isEmpty else { return }
    let width = part.width
    part.masks[series] += Array(repeating: 0, count: max(users * width - part.masks[series].count, 0))
    part.masks[series].withUnsafeMutableBufferPointer { masks in
      batch.forEach { user, words in
        guard user != UserBatch.nobody else { return }
        for word in 0..<width {
          let known = masks[user &* width &+ word]
          masks[user &* width &+ word] = known | words[word]
          words[word] &= ~known
        }
      }
    }
  }

  mutating func visit(_ batch: UserBatch, series: Int, users: Int) {
    leaveOutParts(batch, series, users)
    leaveOutKnown(batch, series, (users + 63) / 64)
    var counts = [Int64](repeating: 0, count: batch.width * 64)
    var new = 0
    counts.withUnsafeMutableBufferPointer { counts in
      batch.forEach { user, words in
        guard user != UserBatch.nobody else { return }
        var any: UInt64 = 0
        for word in 0..<batch.width {
          var mask = words[word]
          any |= mask
          while mask != 0 {
            counts[word &* 64 &+ mask.trailingZeroBitCount] &+= 1
            mask &= mask &- 1
          }
        }
        if any != 0, isNew(user, Int16(truncatingIfNeeded: series)) { new &+= 1 }
      }
    }
    totals[series] += Int64(new)
    for (index, count) in counts.enumerated() { add(count, point: batch.first + index, series: series) }
  }

  /// A user who did something, without saying when.
  @inline(__always)
  mutating func see(_ user: UInt32, series: Int16) {
    if user != UserBatch.nobody, isNew(Int(user), series) { totals[Int(series)] += 1 }
  }

  @inline(__always)
  private mutating func isNew(_ user: Int, _ series: Int16) -> Bool {
    let (number, word, bit) = (Int(series), user >> 6, UInt64(1) << UInt64(user & 63))
    if word < seen[number].count, seen[number][word] & bit != 0 { return false }
    while user >= first.count { first.append(-1) }
    if first[user] == series { return false }
    if first[user] < 0 {
      first[user] = series
    } else {
      if word >= seen[number].count {
        seen[number] += Array(repeating: 0, count: first.count / 64 + 1 - seen[number].count)
      }
      seen[number][word] |= bit
    }
    return true
  }

  /// Users of a point that weren't there yet. They don't change the totals.
  mutating func add(_ count: Int64, point: Int, series: Int) {
    guard count > 0 else { return }
    let place = point * self.series + series
    values += Array(repeating: 0, count: max((point + 1) * self.series - values.count, 0))
    values[place] += count
  }

  /// A point may be in several groups: who was in it already doesn't count again.
  private mutating func leaveOutKnown(_ batch: UserBatch, _ series: Int, _ words: Int) {
    if let last = batch.last, open[series].newer.point != last {
      open[series] = (open[series].newer, OpenPoint(point: last))
    }
    let (older, newer) = open[series]
    let before = older.point == batch.first ? older.users : newer.point == batch.first ? newer.users : []
    guard !before.isEmpty || batch.last != nil else { return }
    var after = newer.users
    if batch.last != nil { after += Array(repeating: 0, count: max(words - after.count, 0)) }
    batch.forEach { user, mask in
      guard user != UserBatch.nobody else { return }
      let (word, bit) = (user >> 6, UInt64(1) << UInt64(user & 63))
      if let last = batch.last, mask[(last - batch.first) >> 6] & 1 << UInt64((last - batch.first) & 63) != 0 {
        after[word] |= bit
      }
      if word < before.count, before[word] & bit != 0 { mask[0] &= ~1 }
    }
    open[series].newer.users = after
  }
}

/// Counts the different users of the 1, 7 and 30 days that end with each day.
struct ActiveCounts: UserVisitor, ScanSized {
  static let windows = [1, 7, 30]

  /// By day and window, how many more users there are than the day before.
  private var changes: [Int64] = []
  /// Of each user the last day with a visit + 1; 0: none.
  private var last: [UInt16] = []

  var size: Int { last.count * 2 + changes.count * 8 }

  mutating func visit(_ batch: UserBatch, series: Int, users: Int) {
    last += Array(repeating: 0, count: max(users - last.count, 0))
    let days = batch.first + batch.width * 64 + (Self.windows.last ?? 0)
    changes += Array(repeating: 0, count: max(days * Self.windows.count - changes.count, 0))
    let windows = Self.windows
    changes.withUnsafeMutableBufferPointer { changes in
      last.withUnsafeMutableBufferPointer { last in
        batch.forEachPoint { user, point in
          let before = Int(last[user]) - 1
          guard before != point else { return }
          last[user] = UInt16(truncatingIfNeeded: point + 1)
          for index in 0..<windows.count {
            // A visit counts on its day and the following ones, as far as the one before doesn't count there already.
            let start = before < 0 ? point : max(point, before &+ windows[index])
            changes[start &* windows.count &+ index] &+= 1
            changes[(point &+ windows[index]) &* windows.count &+ index] &-= 1
          }
        }
      }
    }
  }

  /// The counts of some days.
  func values(_ window: Int, days: Range<Int>) -> [Int64] {
    var sum: Int64 = 0
    var values: [Int64] = []
    for day in 0..<days.upperBound {
      let place = day * Self.windows.count + window
      if place < changes.count { sum += changes[place] }
      if day >= days.lowerBound { values.append(sum) }
    }
    return values
  }
}
