import HowUsedModel
import HowUsedStore
import Redis

@testable import HowUsedStatistics

/// Users who were seen, and when somebody looked at how many are online: what peaks are made of.
struct Sightings {
  struct Sighting {
    var bot: Int64
    var user: Int64
    /// Unix milliseconds.
    var time: Int64
  }

  private(set) var sightings: [Sighting] = []
  /// Unix milliseconds.
  private(set) var looks: [Int64] = []

  /// Looks at random times, and before each some users within 5 minutes.
  init(_ random: inout SplitMix, bots: [Int64], span: ClosedRange<Int64>, looks: Int) {
    self.looks = (0..<looks).map { _ in Int64.random(in: span, using: &random) }.sorted()
    for look in self.looks {
      for bot in bots {
        for _ in 0..<Int.random(in: 0...12, using: &random) {
          let time = look - Int64.random(in: 0...300_000, using: &random)
          sightings.append(Sighting(bot: bot, user: Int64.random(in: 1...40, using: &random), time: time))
        }
      }
    }
    sightings.sort { $0.time < $1.time }
  }

  /// Lives through all of it.
  func observe(_ bench: StatisticsBench, bots: [Int64]) async throws {
    let ids = bots.compactMap { BotID(rawValue: $0) }
    var sampler = PeakSampler(client: bench.client, schema: bench.schema)
    var next = 0
    for look in looks {
      var commands: [RedisCommand] = []
      while next < sightings.count, sightings[next].time <= look {
        let sighting = sightings[next]
        next += 1
        guard let bot = BotID(rawValue: sighting.bot) else { continue }
        commands.append(["ZADD", bench.schema.online(bot), "GT", sighting.time, sighting.user])
      }
      for reply in try await bench.client.pipeline(commands) { if let error = reply.error { throw error } }
      try await sampler.sample(ids, at: look)
    }
  }

  /// The highest count of each bucket, gone through plainly.
  func peaks(bot: Int64, bounds: [Int64]) -> [Int64] {
    var peaks = [Int64](repeating: 0, count: bounds.count - 1)
    for look in looks {
      guard let bucket = bounds.lastIndex(where: { $0 * 1000 <= look }), bucket < peaks.count else { continue }
      let seen = sightings.filter { $0.bot == bot && $0.time <= look && $0.time >= look - 120_000 }
      peaks[bucket] = max(peaks[bucket], Int64(Set(seen.map(\.user)).count))
    }
    return peaks
  }
}
