package import HowUsedModel

/// A registered bot, as it is kept in Redis.
package struct BotRecord: Sendable, Equatable {
  package let id: BotID
  package var name: String
  /// When it was registered, in Unix seconds.
  package var created: Int64
  package var apiTokenHash: TokenHash
  package var viewTokenHash: TokenHash

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
}
