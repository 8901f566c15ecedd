import HowUsedModel
import Redis

/// Puts a rebuilt generation in the living one's place, if both are equally far.
struct GenerationSwap {
  let client: RedisClient
  let keys: StatisticsKeys

  /// KEYS: position, generations, rebuild's position, rebuild's generations. ARGV: the rebuild's position, its
  /// generation, and the bot or ''. Returns nil when the living statistics are ahead (or, for one bot, elsewhere); else
  /// bots and their generations of before.
  private static let script = """
    local function parts(id)
      local high, low = string.match(id, '^(%d+)-(%d+)$')
      return high or '0', low or '0'
    end
    local function less(a, b)
      if #a ~= #b then return #a < #b end
      return a < b
    end
    local live = redis.call('GET', KEYS[1]) or '0-0'
    local high, low = parts(live)
    local newHigh, newLow = parts(ARGV[1])
    local equal = high == newHigh and low == newLow
    local ahead = less(newHigh, high) or (newHigh == high and less(newLow, low))
    if ahead or (ARGV[3] ~= '' and not equal) then return false end
    local old = {}
    local function replace(bot)
      local before = redis.call('HGET', KEYS[2], bot)
      if before and before ~= ARGV[2] then
        old[#old + 1] = bot
        old[#old + 1] = before
      end
      redis.call('HSET', KEYS[2], bot, ARGV[2])
    end
    if ARGV[3] ~= '' then
      replace(ARGV[3])
    else
      for _, bot in ipairs(redis.call('HKEYS', KEYS[2])) do replace(bot) end
      for _, bot in ipairs(redis.call('HKEYS', KEYS[4])) do replace(bot) end
      if not equal then redis.call('SET', KEYS[1], ARGV[1]) end
    end
    redis.call('DEL', KEYS[3], KEYS[4])
    return old
    """

  /// The generations that were replaced, to be removed; nil when nothing was done.
  func swap(at position: StreamID, generation: Int64, only: BotID?) async throws -> [(bot: BotID, generation: Int64)]? {
    var hash: String?
    let reply = try await StatisticsScript(text: Self.script).run(on: client, hash: &hash) { command in
      command.append(contentsOf: [4, keys.position, keys.generations, keys.rebuildPosition, keys.rebuildGenerations])
      command.append(contentsOf: [position.description, generation, only?.description ?? ""])
    }
    guard let pairs = reply.array else { return nil }
    return stride(from: 0, to: pairs.count - 1, by: 2).compactMap { index in
      guard let bot = pairs[index].int.flatMap({ BotID(rawValue: $0) }), let old = pairs[index + 1].int else {
        return nil
      }
      return (bot, old)
    }
  }
}
