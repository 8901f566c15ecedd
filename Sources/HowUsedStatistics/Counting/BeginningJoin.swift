/// How joined sections' users began.
struct BeginningJoin {
  /// Of each user the minute (Unix) of the earliest event.
  private var minutes: [Int64]
  /// Of each user that event's row among the joined ones. Of two in one minute the earlier input's counts.
  private(set) var rows: [UInt32]
  private var sent: [SectionFirsts.Sent?]

  /// - Parameters:
  ///   - inputs: in the order of their events.
  ///   - userPlaces: of each input and each of its users the place among the joined ones; rows likewise.
  /// - Throws: ``RollupDamage``
  init(_ inputs: [Section], users: Int, _ userPlaces: [[UInt32]], _ rowPlaces: [[UInt32]]) throws {
    minutes = Array(repeating: .max, count: users)
    rows = Array(repeating: 0, count: users)
    sent = Array(repeating: nil, count: users)
    for (index, input) in inputs.enumerated() {
      let firsts = try input.firsts()
      input.forget()
      guard input.header.rows > 0 || input.header.users == 0 else { throw input.damagedBlock() }
      let start = input.header.start / 60
      for (local, place) in userPlaces[index].enumerated() {
        let minute = start + Int64(firsts.minutes[local])
        guard minute < minutes[Int(place)] else { continue }
        minutes[Int(place)] = minute
        rows[Int(place)] = rowPlaces[index][Int(firsts.rows[local])]
      }
      for entry in firsts.sent {
        let place = userPlaces[index][Int(entry.user)]
        if let known = sent[Int(place)], known.segment > entry.segment { continue }
        sent[Int(place)] = SectionFirsts.Sent(user: place, seconds: entry.seconds, segment: entry.segment)
      }
    }
  }

  /// - Parameter start: of the section, in Unix seconds; no event is earlier.
  func firsts(start: Int64) -> SectionFirsts {
    var firsts = SectionFirsts()
    firsts.minutes = minutes.map { UInt32(clamping: $0 - start / 60) }
    firsts.rows = rows
    firsts.sent = sent.compactMap { $0 }
    return firsts
  }
}
