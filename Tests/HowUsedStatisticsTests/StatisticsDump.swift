import HowUsedModel
import HowUsedStore
import NIOCore
import Redis
import Testing

@testable import HowUsedStatistics

/// Everything that is counted of the bots, in a form that two Redis servers can be compared by: how known users are spread
/// over keys, in which order ids came, who still waits beside a row and which generation it is makes no difference.
struct StatisticsDump: Equatable {
  private(set) var entries: [String: String] = [:]
  /// By row and dimension, such as `7:h489312:a`.
  private var users: [String: Set<Int64>] = [:]
  private var sketches: [String: HyperLogLog] = [:]

  static func == (left: Self, right: Self) -> Bool { left.entries == right.entries }

  static func read(_ bench: StatisticsBench) async throws -> StatisticsDump {
    var dump = StatisticsDump()
    for partition in bench.schema.partitions {
      let prefix = bench.schema.statistics(partition)
      let generations = try await bench.client.send("HGETALL", prefix + "generations").array ?? []
      for index in stride(from: 0, to: generations.count, by: 2) {
        let bot = generations[index].string ?? ""
        let base = "\(prefix)\(bot):\(generations[index + 1].string ?? ""):"
        for key in try await keys(bench.client, prefix: base) {
          try await dump.add(key, name: "\(bot):\(key.dropFirst(base.count))", bench.client)
        }
      }
    }
    dump.finish()
    return dump
  }

  private mutating func finish() {
    for (name, ids) in users where sketches[name] == nil {
      entries["users:" + name] = ids.sorted().map { "\($0)" }.joined(separator: ",")
    }
    for (name, sketch) in sketches {
      var sketch = sketch
      for id in users[name] ?? [] { sketch.add(id) }
      entries["users:" + name] = "about \(sketch.estimate)"
    }
    (users, sketches) = ([:], [:])
  }

  static func keys(_ client: RedisClient, prefix: String) async throws -> [String] {
    (try await client.send("KEYS", prefix.replacing("[", with: "\\[") + "*").array ?? []).compactMap(\.string)
  }

  private mutating func add(_ key: String, name: String, _ client: RedisClient) async throws {
    let parts = name.split(separator: ":", maxSplits: 1)
    let (bot, rest) = (parts[0], parts[1])
    // Of a row and what lies beside it.
    let row = "\(bot):\(rest.dropFirst())"
    switch try await client.send("TYPE", key).string {
    case "hash":
      let fields = try await client.send("HGETALL", key).array ?? []
      for index in stride(from: 0, to: fields.count, by: 2) {
        add(fields[index].string ?? "", fields[index + 1].string ?? "", kind: rest.first, name: name, row: row)
      }
      // Whether it expires, and when, is counted too.
      if rest.first != "k", rest.first != "i" {
        entries["\(name):expiry"] = "\(try await client.send("EXPIRETIME", key).int ?? 0)"
      }
      return
    case "list":
      for chunk in try await client.send("LRANGE", key, 0, -1).array ?? [] {
        (chunk.bytes ?? .init()).withUnsafeReadableBytes { chunk in
          WaitingVisits.forEach(in: chunk) { field, ids in
            for dimension in Dimension.of(Combination(field: field)) {
              users["\(row):\(String(decoding: dimension, as: UTF8.self))", default: []].formUnion(ids)
            }
          }
        }
      }
    case "string":
      let bytes = try await client.send("GET", key).bytes ?? .init()
      if let ids = bytes.withUnsafeReadableBytes({ PackedUsers.unpack($0) }) {
        users[row, default: []].formUnion(ids)
      } else {
        var sketch = HyperLogLog()
        #expect(bytes.withUnsafeReadableBytes { sketch.merge($0) })
        sketches[row] = sketch
      }
    case let type: entries[name] = "unexpected \(type ?? "nothing")"
    }
    if try await client.send("TTL", key).int ?? -1 < 0 { entries["\(name):expiry"] = "never" }
  }

  private mutating func add(_ field: String, _ value: String, kind: Character?, name: String, row: String) {
    switch (kind, StoredUsers(Array(value.utf8))) {
    case ("k", _): entries["\(name.prefix { $0 != ":" }):known:\(field)"] = value
    case ("i", _): if field == "users" { entries["\(name):users"] = value }
    case ("q", .ids(let ids)): users["\(row):\(field)", default: []].formUnion(ids)
    case ("q", .packed), ("q", .sketch): break
    case ("q", nil) where field == "w" || field == "f": break
    default: entries["\(name):\(field)"] = value
    }
  }

  /// What differs, for a test's message.
  func difference(from other: StatisticsDump) -> String {
    let names = Set(entries.keys).union(other.entries.keys).filter { entries[$0] != other.entries[$0] }
    return "\(names.count) differ, such as "
      + names.sorted().prefix(5).map { "\($0): \(entries[$0] ?? "-") / \(other.entries[$0] ?? "-")" }.joined(
        separator: "; "
      )
  }
}
