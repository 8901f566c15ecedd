/// The highest number of users within a minute and the one before it.
enum MinutePeaks {
  fileprivate static let minutesPerDay = 1440

  /// - Parameter sections: of one UTC day, by the minute.
  /// - Returns: for each minute of the day; the first counts alone.
  /// - Throws: ``RollupDamage``
  static func minutes(_ sections: [Section]) throws -> [UInt32] {
    let (users, places) = UserMerge.merge(try sections.map { try $0.users() })
    return try minutes(sections, users: places, count: users.count, slice: 1 << 21)
  }

  /// - Parameters:
  ///   - sections: of one UTC day, by the minute.
  ///   - users: of each section and each of its users the place among all.
  ///   - count: how many users there are.
  ///   - slice: tuples in memory at once, about.
  /// - Returns: for each minute of the day; the first counts alone.
  /// - Throws: ``RollupDamage``
  static func minutes(_ sections: [Section], users: [[UInt32]], count: Int, slice: Int) throws -> [UInt32] {
    var online = [UInt32](repeating: 0, count: minutesPerDay + 1)
    let slices = sections.reduce(0) { $0 + $1.header.tuples } / slice + 1
    let width = count / slices + 1
    var start = 0
    while start < count {
      try add(sections, users, start..<min(start + width, count), &online)
      start += width
    }
    return Array(online[..<minutesPerDay])
  }

  private static func add(
    _ sections: [Section],
    _ users: [[UInt32]],
    _ wanted: Range<Int>,
    _ online: inout [UInt32]
  ) throws {
    var seen: [UInt64] = []
    for (section, places) in zip(sections, users) {
      var stream = try RowStream(section)
      try stream.forEach(0..<section.header.rows) { _, user, minute, _ in
        let place = Int(places[Int(user)])
        guard wanted.contains(place) else { return }
        seen.append(UInt64(place &- wanted.lowerBound) << 11 | UInt64(minute & 0x7ff))
      }
    }
    RadixSort.sort(&seen, bits: 0..<11 + RadixSort.bits(below: wanted.count))
    count(seen, &online)
  }

  /// - Parameter seen: users times 2048 plus minutes, ascending.
  fileprivate static func count(_ seen: [UInt64], _ online: inout [UInt32]) {
    var last = UInt64.max
    for (index, key) in seen.enumerated() where key != last {
      last = key
      let minute = min(Int(key & 0x7ff), minutesPerDay - 1)
      online[minute] &+= 1
      // Who was there in the next minute counts for that one already.
      var next = index &+ 1
      while next < seen.count, seen[next] == key { next &+= 1 }
      if next == seen.count || seen[next] != key &+ 1 { online[minute &+ 1] &+= 1 }
    }
  }

  /// - Parameter minutes: of a day.
  /// - Returns: the highest of each quarter of an hour.
  static func quarters(_ minutes: [UInt32]) -> [UInt32] {
    stride(from: 0, to: minutes.count, by: 15).map { minutes[$0..<min($0 + 15, minutes.count)].max() ?? 0 }
  }
}

/// Who was there in which minutes of a day that more may come of.
struct OpenMinutes: Sendable {
  /// Users' numbers times 2048 plus minutes, ascending, each once.
  private var seen: [UInt64] = []

  /// Bytes of memory, about.
  var size: Int { seen.count * 8 }

  /// - Parameter sections: of the day, by the minute.
  /// - Throws: ``RollupDamage``
  mutating func add(_ sections: [Section], _ users: UserDirectory) throws {
    var new: [UInt64] = []
    for section in sections {
      let numbers = users.numbers(of: try section.users())
      var stream = try RowStream(section)
      try stream.forEach(0..<section.header.rows) { _, user, minute, _ in
        new.append(UInt64(numbers[Int(user)]) << 11 | UInt64(minute & 0x7ff))
      }
    }
    RadixSort.sort(&new, bits: 0..<11 + RadixSort.bits(below: users.count))
    var merged: [UInt64] = []
    merged.reserveCapacity(seen.count + new.count)
    var place = 0
    for key in new where merged.last != key {
      while place < seen.count, seen[place] < key {
        merged.append(seen[place])
        place &+= 1
      }
      if place < seen.count, seen[place] == key { place &+= 1 }
      merged.append(key)
    }
    seen = merged + seen[place...]
  }

  /// For each minute the highest number of users in it and the one before; the first counts alone.
  var peaks: [UInt32] {
    var online = [UInt32](repeating: 0, count: MinutePeaks.minutesPerDay + 1)
    MinutePeaks.count(seen, &online)
    return Array(online[..<MinutePeaks.minutesPerDay])
  }
}
