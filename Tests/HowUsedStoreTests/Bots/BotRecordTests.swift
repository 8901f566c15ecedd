import HowUsedModel
import Testing

@testable import HowUsedStore

struct BotRecordTests {
  private func record() throws -> BotRecord {
    BotRecord(
      id: try #require(BotID(rawValue: 7)),
      name: "Мой \"bot\" 🚀",
      created: 1_763_800_000,
      apiTokenHash: TokenHash(of: "api"),
      viewTokenHash: TokenHash(of: "view")
    )
  }

  @Test("It comes back from its JSON, whatever else that holds")
  func roundTrip() throws {
    let record = try record()
    let json = try record.json()
    #expect(BotRecord(id: record.id, json: json) == record)
    #expect(BotRecord(id: record.id, json: "{\"later\":[1]," + json.dropFirst()) == record)
  }

  @Test("What isn't a record is none", arguments: ["", "{}", "[]", #"{"name":"x","created":1,"apiTokenHash":"1"}"#])
  func unreadable(json: String) throws {
    #expect(BotRecord(id: try #require(BotID(rawValue: 7)), json: json) == nil)
  }

  @Test("Each token opens what it is for")
  func access() throws {
    let record = try record()
    #expect(record.access(of: TokenHash(of: "api")) == .api)
    #expect(record.access(of: TokenHash(of: "view")) == .view)
    #expect(record.access(of: TokenHash(of: "other")) == nil)
  }
}
