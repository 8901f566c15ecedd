import HowUsedModel
import HowUsedStore
import NIOCore
import Redis

/// One bot on one event loop: its tokens, its keys as bytes, and what this tick has gathered for it.
final class BotLane {
  let bot: BotID
  let record: BotRecord
  /// The XADD of an event of the bot, up to the fragment.
  private(set) var addition: CommandBytes
  /// The ZADD of the bot's users, after the number of its arguments and up to the first time and user.
  private(set) var sighting: CommandBytes
  let online: OnlineSet
  let rate: RateCounter?
  var events: EventWrite?
  var reads: [OnlineRead] = []
  var isTouched = false
  /// When this loop last trimmed the bot's online set, in Redis's milliseconds.
  var lastTrimmed: Int64 = 0
  private var verifiedAPIToken: [UInt8] = []
  private var verifiedViewToken: [UInt8] = []

  init(record: BotRecord, bot: BotID, keys: KeySchema, rate: RateCounter?) {
    self.bot = bot
    self.record = record
    self.rate = rate
    online = OnlineSet(keys, bot)
    addition = EventStream(keys, keys.partition(of: bot)).makeHead()
    sighting = online.makeAdditionHead()
  }

  /// What a token opens. One that has been verified before costs a comparison in constant time, a new one a SHA-256.
  func access(of token: UnsafeRawBufferPointer) -> BotAccess? {
    if Self.areEqual(token, verifiedAPIToken) { return .api }
    if Self.areEqual(token, verifiedViewToken) { return .view }
    let access = record.access(of: TokenHash(of: token))
    switch access {
    case .api: verifiedAPIToken = Array(token)
    case .view: verifiedViewToken = Array(token)
    case nil: break
    }
    return access
  }

  /// Takes the same time wherever the two differ.
  private static func areEqual(_ token: UnsafeRawBufferPointer, _ verified: [UInt8]) -> Bool {
    guard token.count == verified.count, !verified.isEmpty else { return false }
    var difference: UInt8 = 0
    for index in verified.indices { difference |= token[index] ^ verified[index] }
    return difference == 0
  }
}

@available(*, unavailable)
extension BotLane: Sendable {}
