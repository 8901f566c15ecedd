import HowUsedModel

/// The bots that an event loop has served. A few dozen are found without hashing, which would cost a request as much as
/// all else that is done to authorise it.
struct LaneTable {
  private static let recentCount = 64

  private var lanes: [BotID: BotLane] = [:]
  /// By the last bits of the bot's number.
  private var recent = [BotLane?](repeating: nil, count: recentCount)

  /// The lane of a bot, made by `make` when there is none; nil when that gives none.
  mutating func lane(of bot: BotID, make: () -> BotLane?) -> BotLane? {
    let place = Int(bot.rawValue % Int64(Self.recentCount))
    if let lane = recent[place], lane.bot == bot { return lane }
    guard let lane = lanes[bot] ?? make() else { return nil }
    lanes[bot] = lane
    recent[place] = lane
    return lane
  }

  mutating func keep(_ isKept: (BotLane) -> Bool) {
    lanes = lanes.filter { isKept($0.value) }
    recent = Array(repeating: nil, count: Self.recentCount)
  }
}
