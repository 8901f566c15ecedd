import HowUsedArchive

/// When each of a bot's users registered, and by which event: the earliest that is known, in some sections.
struct Registrations: ScanState {
  private var users = HashTable<Int64>()
  /// Of each user when it registered: Unix seconds.
  private var times: [Int64] = []
  /// Of each user the minute (Unix) of the earliest event, and its row.
  private var minutes: [Int64] = []
  private var rows: [UInt32] = []
  /// Of users the last registration time that was sent.
  private var sent: [Int: FirstEvents.Sent] = [:]
  private var texts = [TextTable(), TextTable(), TextTable(), TextTable()]
  private var combinations = HashTable<TextNumbers>()

  /// Of no meaning here.
  var bounds: [Int64] = []
  var size: Int {
    users.count * 48 + sent.count * 64 + combinations.count * 24 + texts.reduce(0) { $0 + $1.size }
  }

  /// - Parameter section: of later events than those before.
  /// - Throws: ``RollupDamage``
  mutating func add(_ section: Section) throws {
    let numbers = try rowNumbers(section)
    let firstEvents = try section.firstEvents()
    let start = section.header.start / 60
    for (place, id) in try section.users().enumerated() {
      let minute = start + Int64(firstEvents.minutes[place])
      let user = Int(users.number(of: id))
      if user == minutes.count {
        minutes.append(minute)
        rows.append(numbers[Int(firstEvents.rows[place])])
        times.append(minute * 60)
      } else if minute < minutes[user] {
        minutes[user] = minute
        if sent.isEmpty || sent[user] == nil { times[user] = minute * 60 }
        rows[user] = numbers[Int(firstEvents.rows[place])]
      }
    }
    let ids = try section.users()
    for new in firstEvents.sent {
      guard let user = users.find(ids[Int(new.user)]).map({ Int($0) }) else { continue }
      // What came last counts, whichever days the events were for.
      if let old = sent[user], old.segment > new.segment { continue }
      sent[user] = new
      times[user] = new.seconds
    }
  }

  /// Of each of a section's rows the number among the combinations.
  private mutating func rowNumbers(_ section: Section) throws -> [UInt32] {
    var places: [[UInt32]] = []
    for place in 0..<4 { places.append(section.texts[place].map { texts[place].number(of: $0) }) }
    let values = try section.rows().values
    return (0..<section.header.rows).map { row in
      combinations.number(
        of: TextNumbers(
          places[0][Int(values[0][row])],
          places[1][Int(values[1][row])],
          places[2][Int(values[2][row])],
          places[3][Int(values[3][row])]
        )
      )
    }
  }

  /// Calls `body` for every user who registered in a time (Unix seconds).
  /// - Parameter body: `seconds` is when the user registered: what was sent, else the minute of the first event; `series`
  ///   that of the first event.
  func forEach(
    in time: Range<Int64>,
    _ selection: RowSelection,
    _ number: (_ name: [UInt8]) -> Int32,
    _ body: (_ id: Int64, _ seconds: Int64, _ series: Int32) -> Void
  ) {
    if selection.isEverything {
      let series = number(ChartAnswer.allName)
      for (user, seconds) in times.enumerated() where time.contains(seconds) { body(users.keys[user], seconds, series) }
      return
    }
    let values = (0..<4).map { place in combinations.keys.map { $0[place] } }
    let texts = texts.map { table in (0..<table.count).map { Array(table[UInt32($0)]) } }
    let series = selection.series(texts: texts, values: values, count: combinations.count, number)
    for (user, seconds) in times.enumerated() where time.contains(seconds) {
      body(users.keys[user], seconds, series[Int(rows[user])])
    }
  }
}
