#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
package import HowUsedModel

extension BotRecord {
  /// The form that is stored in Redis: never rename these keys. Unknown ones are ignored.
  private struct Stored: Codable {
    var name: String
    var created: Int64
    var apiTokenHash: String
    var viewTokenHash: String
  }

  /// The JSON that is stored in Redis.
  package func json() throws -> String {
    let stored = Stored(
      name: name,
      created: created,
      apiTokenHash: apiTokenHash.hex,
      viewTokenHash: viewTokenHash.hex
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
  }
}
