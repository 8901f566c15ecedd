import HowUsedModel
import HowUsedStore
import Redis

@testable import HowUsedStatistics

/// Everything that is counted of the bots, in a form that two Redis servers can be compared by: how known users are spread
/// over keys, in which order ids came and which generation it is makes no difference.
struct StatisticsDump: Equatable {
  private(set) var entries: [String: String] = [:]

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
    return dump
  }

  static func keys(_ client: RedisClient, prefix: String) async throws -> [String] {
    (try await client.send("KEYS", prefix.replacing("[", with: "\\[") + "*").array ?? []).compactMap(\.string)
  }

  private mutating func add(_ key: String, name: String, _ client: RedisClient) async throws {
    let kind = name.drop { $0 != ":" }.dropFirst().first
    switch try await client.send("TYPE", key).string {
    case "hash":
      let fields = try await client.send("HGETALL", key).array ?? []
      for index in stride(from: 0, to: fields.count, by: 2) {
        let field = fields[index].string ?? ""
        let value = fields[index + 1].string ?? ""
        if kind == "k" {
          entries["\(name.prefix { $0 != ":" }):known:\(field)"] = value
        } else if kind == "i" {
          if field == "users" { entries["\(name):users"] = value }
        } else if value.hasPrefix("p") {
          entries["\(name):\(field)"] = "p" + value.dropFirst(2).split(separator: ",").sorted().joined(separator: ",")
        } else {
          entries["\(name):\(field)"] = value
        }
      }
      // Whether it expires, and when, is counted too.
      entries["\(name):expiry"] = "\(try await client.send("EXPIRETIME", key).int ?? 0)"
      if kind == "k" || kind == "i" { entries["\(name):expiry"] = nil }
    case "set":
      entries[name] = (try await client.send("SMEMBERS", key).array ?? []).compactMap(\.string).sorted()
        .joined(separator: ",")
    case "string":
      entries[name] = "about \(try await client.send("PFCOUNT", key).int ?? 0)"
    case let type: entries[name] = "unexpected \(type ?? "nothing")"
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
