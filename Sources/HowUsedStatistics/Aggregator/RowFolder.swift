import HowUsedModel
import Redis

/// Brings the visits that wait beside a row into its dimensions (see ``WaitingVisits``): the oldest first, so that dimensions
/// come in the order of their first appearance, which decides for which a full row has room.
///
/// The work is done here, since a Lua script needs several microseconds for each user in each dimension; Redis is handed
/// ready values. What it leaves behind says the same as what it found, after every step: so it doesn't matter who dies
/// when. Of two that are at it at once, the later one's steps are refused by the row's count of foldings.
struct RowFolder {
  let client: RedisClient
  let positionKey: String
  let prefix: String
  private var scriptHash: String?

  init(client: RedisClient, positionKey: String, prefix: String) {
    self.client = client
    self.positionKey = positionKey
    self.prefix = prefix
  }

  /// How many chunks are folded at once.
  private static let chunks = 256
  /// A step of this many bytes is sent before more is added: Redis answers nobody else for about 0.1 ms then.
  private static let stepBytes = 64 << 10
  /// So many bytes of ids stay in the row itself: Redis keeps a hash with longer values less densely.
  private static let rowBytes = 64
  private static let sums = ["t", "v", "n", "w", "f"]

  /// KEYS: position, which names the slot. ARGV: row, list, count of foldings, expiry, chunks to be removed and their
  /// bytes (0: there are more steps), number of fields, fields with values..., keys with values...
  /// Returns 0 when somebody else was faster, or the row is gone.
  private static let script = """
    local call, row, list = redis.call, ARGV[1], ARGV[2]
    if call('EXISTS', row) == 0 then
      call('DEL', list)
      return 0
    end
    if (call('HGET', row, 'f') or '0') ~= ARGV[3] then return 0 end
    local fields = tonumber(ARGV[7])
    for at = 8, 7 + 2 * fields, 2 do call('HSET', row, ARGV[at], ARGV[at + 1]) end
    for at = 8 + 2 * fields, #ARGV, 2 do call('SET', ARGV[at], ARGV[at + 1], 'EXAT', ARGV[4]) end
    if ARGV[5] ~= '0' then
      call('LTRIM', list, ARGV[5], -1)
      call('HINCRBY', row, 'f', 1)
      if call('EXISTS', list) == 1 then call('HINCRBY', row, 'w', -ARGV[6]) else call('HDEL', row, 'w') end
    end
    return 1
    """

  /// What a row is to say of some dimensions.
  private struct Step {
    var fields: [(name: [UInt8], value: [UInt8])] = []
    var keys: [(name: [UInt8], value: [UInt8])] = []
    var bytes = 0

    mutating func setField(_ name: [UInt8], _ value: [UInt8]) {
      fields.append((name, value))
      bytes += name.count + value.count
    }

    mutating func setKey(_ name: [UInt8], _ value: [UInt8]) {
      keys.append((name, value))
      bytes += name.count + value.count
    }
  }

  /// Folds some of what waits. Returns whether there may be more.
  mutating func fold(_ row: CrowdedRow) async throws -> Bool {
    let keys = GenerationKeys(prefix: "\(prefix)\(row.bot):\(row.generation):")
    let (resolution, number) = (row.bucket.resolution, row.bucket.number)
    let rowKey = keys.users(resolution, number)
    let listKey = keys.visits(resolution, number)
    let state = try await client.query([
      RedisCommand(["HMGET", rowKey] + Self.sums), RedisCommand("LRANGE", listKey, 0, Self.chunks - 1),
    ]) { FlatReply($0) }
    let length = try await client.send("HLEN", rowKey).int ?? 0
    let (sums, list) = (state[0], state[1])
    guard list.count > 0 else { return false }
    let known = (0..<Self.sums.count).count { sums[$0] != nil }
    let visitors = try await self.visitors(list, rowKey, room: resolution.dimensionLimit - (Int(length) - known))
    let members = Array(keys.members(resolution, number).utf8)
    let large = visitors.names.indices.filter { visitors.stored[$0].map { !$0.holdsIDs } ?? false }
    let values = try await client.query(large.map { RedisCommand(["GET", members + visitors.names[$0]]) }) { reply in
      reply.withBytes { Array($0) }
    }
    let before = Dictionary(uniqueKeysWithValues: zip(large, values))
    var step = Step()
    var hash = scriptHash
    defer { scriptHash = hash }
    func send(isLast: Bool) async throws -> Bool {
      defer { step = Step() }
      let bytes = (0..<list.count).reduce(0) { $0 + (list[$1]?.count ?? 0) }
      let reply = try await StatisticsScript(text: Self.script).run(on: client, hash: &hash) { command in
        command.append(contentsOf: [1, positionKey, rowKey, listKey])
        command.append(sums[4].map { Array($0) } ?? Array("0".utf8))
        command.append(contentsOf: [resolution.expiry(ofBucket: number), isLast ? list.count : 0, bytes])
        command.append(step.fields.count)
        for (name, value) in step.fields + step.keys {
          command.append(name)
          command.append(value)
        }
      }
      return reply.int == 1
    }
    for (index, name) in visitors.names.enumerated() {
      add(visitors.users[index], to: name, visitors.stored[index], before[index], members + name, &step)
      if step.bytes >= Self.stepBytes, try await !send(isLast: false) { return false }
    }
    guard try await send(isLast: true) else { return false }
    if visitors.isFull {
      let bucket = "\(resolution.letter)\(number)"
      try await client.send("HSET", prefix + "overflow", row.bot, bucket)
    }
    return list.count == Self.chunks
  }

  /// Who is to be added to which dimensions, and what the row says of these.
  private struct Visitors {
    var names: [[UInt8]] = []
    var users: [Set<Int64>] = []
    var stored: [StoredUsers?] = []
    var isFull = false

    mutating func append(_ other: Self, _ place: Int) {
      names.append(other.names[place])
      users.append(other.users[place])
      stored.append(other.stored[place])
    }
  }

  private func visitors(_ list: FlatReply, _ rowKey: String, room: Int) async throws -> Visitors {
    var found = Visitors()
    var indexes: [[UInt8]: Int] = [:]
    var combinations = NameTable()
    /// Of each combination: the dimensions' indexes.
    var places: [[Int]] = []
    func index(_ name: [UInt8]) -> Int {
      if let index = indexes[name] { return index }
      indexes[name] = found.names.count
      found.names.append(name)
      found.users.append([])
      return found.names.count - 1
    }
    list.forEach { _, chunk in
      WaitingVisits.forEach(in: chunk) { field, users in
        let number = combinations.number(of: field)
        if number == places.count { places.append(Dimension.of(Combination(field: field)).map { index($0) }) }
        for place in places[number] { found.users[place].formUnion(users) }
      }
    }
    guard !found.names.isEmpty else { return found }
    let overflows = Set(found.names.compactMap { $0.count > 1 ? Dimension.overflow(kind: $0[0]) : nil })
    for name in overflows { _ = index(name) }
    let command = RedisCommand(["HMGET", rowKey] + found.names)
    let row = try await client.query([command]) { FlatReply($0) }[0]
    found.stored = found.names.indices.map { row[$0].flatMap { StoredUsers($0) } }
    // Whoever has no room goes to those that share one.
    var room = room
    var kept = Visitors()
    for (place, name) in found.names.enumerated() where !overflows.contains(name) {
      if found.stored[place] == nil { room -= 1 }
      if found.stored[place] == nil, name.count > 1, room < 0 {
        found.users[index(Dimension.overflow(kind: name[0]))].formUnion(found.users[place])
        kept.isFull = true
      } else {
        kept.append(found, place)
      }
    }
    for name in overflows {
      let place = index(name)
      if !found.users[place].isEmpty { kept.append(found, place) }
    }
    return kept
  }

  private func add(
    _ users: Set<Int64>,
    to name: [UInt8],
    _ stored: StoredUsers?,
    _ value: [UInt8]?,
    _ key: [UInt8],
    _ step: inout Step
  ) {
    if stored?.isApproximate == true {
      var sketch = value.flatMap { DenseSketch($0) } ?? DenseSketch()
      for user in users { sketch.add(user) }
      step.setKey(key, sketch.bytes)
      return
    }
    var all = users
    if case .ids(let ids) = stored { all.formUnion(ids) }
    if let ids = value.flatMap({ $0.withUnsafeBytes { PackedUsers.unpack($0) } }) { all.formUnion(ids) }
    if all.count > Resolution.exactUsers {
      var sketch = DenseSketch()
      for user in all { sketch.add(user) }
      step.setKey(key, sketch.bytes)
      step.setField(name, [UInt8(ascii: "h")])
      return
    }
    let text = Array("p,\(all.map { "\($0)" }.joined(separator: ","))".utf8)
    if text.count <= Self.rowBytes {
      step.setField(name, text)
    } else {
      step.setKey(key, PackedUsers.pack(all))
      step.setField(name, Array("x\(all.count)".utf8))
    }
  }
}

extension StoredUsers {
  /// Whether the row has the ids itself.
  fileprivate var holdsIDs: Bool { if case .ids = self { true } else { false } }
}
