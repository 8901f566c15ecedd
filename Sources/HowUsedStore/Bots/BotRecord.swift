import FoundationEssentials
package import HowUsedModel
import Redis

/// A registered bot, as it is kept in Redis.
package struct BotRecord: Sendable, Equatable {
  package let id: BotID
  package var name: String
  /// When it was registered, in Unix seconds.
  package var created: Int64
  package var apiTokenHash: TokenHash
  package var viewTokenHash: TokenHash
  /// How many events a second it may send to a server: 0 is any number, nil what the server says.
  package var eventsPerSecond: Int?

  package static let eventsPerSecondLimits = 0...(1 << 23)

  /// The longest name, in UTF-8 bytes.
  package static let nameLimit = 200

  package init(id: BotID, name: String, created: Int64, apiTokenHash: TokenHash, viewTokenHash: TokenHash) {
    self.id = id
    self.name = name
    self.created = created
    self.apiTokenHash = apiTokenHash
    self.viewTokenHash = viewTokenHash
  }

  /// What the token with this hash allows; nil when it is none of this bot's.
  package func access(of token: TokenHash) -> BotAccess? {
    // Both are compared always, so that the time tells nothing.
    let isAPI = apiTokenHash.isEqual(to: token)
    let isView = viewTokenHash.isEqual(to: token)
    return isAPI ? .api : isView ? .view : nil
  }

  /// The form that is stored in Redis: never rename these keys. Unknown ones are ignored.
  private struct Stored: Codable {
    var name: String
    var created: Int64
    var apiTokenHash: String
    var viewTokenHash: String
    var eventsPerSecond: Int?
  }

  /// The JSON that is stored in Redis.
  package func json() throws -> String {
    let stored = Stored(
      name: name,
      created: created,
      apiTokenHash: apiTokenHash.hex,
      viewTokenHash: viewTokenHash.hex,
      eventsPerSecond: eventsPerSecond
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(stored), as: UTF8.self)
  }

  /// - Returns: nil when the text isn't a record.
  package init?(id: BotID, json: String) {
    guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(json.utf8)),
      let api = TokenHash(hex: stored.apiTokenHash), let view = TokenHash(hex: stored.viewTokenHash)
    else { return nil }
    self.init(id: id, name: stored.name, created: stored.created, apiTokenHash: api, viewTokenHash: view)
    eventsPerSecond = stored.eventsPerSecond.flatMap { Self.eventsPerSecondLimits.contains($0) ? $0 : nil }
  }

  /// The records in the answer of `HGETALL`: fields and values by turns.
  /// - Parameter unreadable: told the field of what isn't a record.
  static func records(in fields: [RedisValue], unreadable: (String) -> Void = { _ in }) -> [BotID: BotRecord] {
    var records: [BotID: BotRecord] = [:]
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let field = fields[index].string ?? ""
      guard let id = Int64(field).flatMap(BotID.init(rawValue:)), let json = fields[index + 1].string,
        let record = BotRecord(id: id, json: json)
      else {
        unreadable(field)
        continue
      }
      records[id] = record
    }
    return records
  }
}

/// What a token allows.
package enum BotAccess: Sendable, Equatable {
  /// Write events and read everything.
  case api
  /// Read counts and charts.
  case view
}
