import Redis

extension Batch {
  fileprivate struct Row {
    let resolution: Resolution
    let bucket: Int64
    var events: Int64 = 0
    var updates: Int64 = 0
    var uses: [(combination: Int, count: Int64)] = []
    var visits: [Int] = []
  }

  fileprivate struct BotPart {
    var rows: [Row] = []
    var rowIndexes: [UInt64: Int] = [:]
    var useIndexes: [UInt64: Int] = [:]

    /// The index of a bucket's row, which is made if need be.
    mutating func row(_ resolution: Resolution, _ bucket: Int64) -> Int {
      let key = UInt64(bitPattern: bucket) << 2 | UInt64(resolution.rawValue)
      if let index = rowIndexes[key] { return index }
      rowIndexes[key] = rows.count
      rows.append(Row(resolution: resolution, bucket: bucket))
      return rows.count - 1
    }
  }

  /// The bots in it.
  var bots: Set<Int64> { Set(cells.lazy.map { table.entries[$0.combination].bot }) }

  /// Appends the batch to a command, as ``CommitScript`` wants it.
  /// - Parameter generations: of every bot in it.
  func write(_ generations: [Int64: Int64], to command: inout RedisCommand) {
    var order: [Int64] = []
    var parts: [Int64: BotPart] = [:]
    for cell in cells {
      let combination = table.entries[cell.combination]
      if parts[combination.bot] == nil { order.append(combination.bot) }
      for resolution in Resolution.allCases {
        let bucket = resolution.bucket(at: cell.minute * 60)
        parts[combination.bot, default: BotPart()]
          .add(cell.combination, cell.count, combination.isUpdate, resolution, bucket)
      }
    }
    for (index, visits) in visits.enumerated() {
      // Of a bot that has cells.
      parts[table.entries[visits.combination].bot]?.add(visits: index, visits.resolution, visits.bucket)
    }
    command.append(order.count)
    for bot in order {
      command.append(bot)
      command.append(generations[bot] ?? 0)
      command.append(parts[bot]?.rows.count ?? 0)
    }
    for bot in order {
      for row in parts[bot]?.rows ?? [] { write(row, to: &command) }
    }
  }

  /// Appends some of the registrations to a command, as ``RegistrationScript`` wants them. Returns the bots in the order of
  /// its answer.
  /// - Parameters:
  ///   - generations: of the bots, as far as they are known.
  ///   - others: bots that are in it without registrations.
  func write(
    _ some: ArraySlice<Registration>,
    _ generations: [Int64: Int64],
    others: Set<Int64>,
    to command: inout RedisCommand
  ) -> [Int64] {
    let parts = Dictionary(grouping: some, by: \.bot)
    let bots = Array(others.union(parts.keys))
    for bot in bots {
      let registrations = parts[bot] ?? []
      command.append(bot)
      if let generation = generations[bot] { command.append(generation) } else { command.append("") }
      command.append(registrations.count)
      for registration in registrations {
        command.append(registration.user)
        command.append(registration.first)
        if registration.sent == 0 { command.append("") } else { command.append(registration.sent) }
      }
    }
    return bots
  }

  private func write(_ row: Row, to command: inout RedisCommand) {
    command.append(row.resolution.letter)
    command.append(row.bucket)
    command.append(row.resolution.expiry(ofBucket: row.bucket))
    command.append(row.events)
    command.append(row.updates)
    command.append(row.resolution.waitingBytes)
    command.append(row.uses.count)
    for use in row.uses { command.append(table.entries[use.combination].field) }
    for use in row.uses { command.append(use.count) }
    var waiting = WaitingVisits()
    for index in row.visits { waiting.add(table.entries[visits[index].combination].field, visits[index].users) }
    command.append(waiting.chunks.count)
    for chunk in waiting.chunks { command.append(chunk) }
  }
}

extension Batch.BotPart {
  fileprivate mutating func add(
    _ combination: Int,
    _ count: Int64,
    _ isUpdate: Bool,
    _ resolution: Resolution,
    _ bucket: Int64
  ) {
    let row = row(resolution, bucket)
    if isUpdate { rows[row].updates += count } else { rows[row].events += count }
    let key = UInt64(truncatingIfNeeded: row) << 32 | UInt64(truncatingIfNeeded: combination)
    if let index = useIndexes[key] {
      rows[row].uses[index].count += count
    } else {
      useIndexes[key] = rows[row].uses.count
      rows[row].uses.append((combination, count))
    }
  }

  fileprivate mutating func add(visits: Int, _ resolution: Resolution, _ bucket: Int64) {
    rows[row(resolution, bucket)].visits.append(visits)
  }
}
