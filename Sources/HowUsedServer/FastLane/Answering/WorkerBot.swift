import HowUsedModel
import HowUsedStore
import NIOCore
import Redis

/// One bot as one worker knows it: its tokens, its keys as bytes, and what this tick has gathered for it.
final class WorkerBot {
  let id: BotID
  let record: BotRecord
  let partition: Partition
  /// The XADD of an event of the bot, up to the fragment.
  private(set) var xaddHead: CommandBytes
  /// What an event with an id needs besides: made for the first one.
  private lazy var once = OnceCommand(keys, id, milliseconds: idMilliseconds)
  /// The ZADD of the bot's users, after the number of its arguments and up to the first time and user.
  private(set) var zaddHead: CommandBytes
  let online: OnlineSet
  let rate: RateCounter?
  var events: EventWrite?
  var reads: [OnlineRead] = []
  var isPending = false
  /// When this loop last trimmed the bot's online set, in Redis's milliseconds.
  var lastTrimmed: Int64 = 0
  /// Users in the online set when it was last trimmed.
  var onlineUsers: Int64 = 0
  private let keys: KeySchema
  private let idMilliseconds: Int64
  private var verifiedAPIToken: [UInt8] = []
  private var verifiedViewToken: [UInt8] = []

  /// - Parameter idMilliseconds: how long an event's id is kept.
  init(record: BotRecord, id: BotID, keys: KeySchema, rate: RateCounter?, idMilliseconds: Int64 = 600_000) {
    self.id = id
    self.keys = keys
    self.idMilliseconds = idMilliseconds
    self.record = record
    self.rate = rate
    online = OnlineSet(keys, id)
    partition = keys.partition(of: id)
    xaddHead = EventStream(keys, partition).makeHead()
    zaddHead = online.makeAddHead()
  }

  /// The command that adds an event unless one with its id was.
  func appendOnce(id: UnsafeRawBufferPointer, fragment: UnsafeRawBufferPointer, to commands: inout CommandBytes) {
    once.append(id: id, fragment: fragment, to: &commands)
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
extension WorkerBot: Sendable {}

/// The bots that a worker has served. A few dozen are found without hashing, which would cost a request as much as all
/// else that is done to authorise it.
struct WorkerBots {
  private static let recentCount = 64

  private var bots: [BotID: WorkerBot] = [:]
  /// By the last bits of the bot's number.
  private var recent = [WorkerBot?](repeating: nil, count: recentCount)

  /// The bot of an id, made by `make` when there is none; nil when that gives none.
  mutating func bot(_ id: BotID, make: () -> WorkerBot?) -> WorkerBot? {
    let place = Int(id.rawValue % Int64(Self.recentCount))
    if let bot = recent[place], bot.id == id { return bot }
    guard let bot = bots[id] ?? make() else { return nil }
    bots[id] = bot
    recent[place] = bot
    return bot
  }

  mutating func keep(_ isKept: (WorkerBot) -> Bool) {
    bots = bots.filter { isKept($0.value) }
    recent = Array(repeating: nil, count: Self.recentCount)
  }
}
