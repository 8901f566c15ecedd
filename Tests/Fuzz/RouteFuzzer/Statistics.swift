import HowUsedStatistics
import HowUsedStore
import Hummingbird
import NIOCore
import Redis

@testable import HowUsedServer

/// All that the fuzzer knows of the statistics.
enum Statistics {
  static func addRoutes(
    to router: Router<ServerContext>,
    client: RedisClient,
    clock: RedisClock,
    registry: BotRegistry
  ) {
    let hub = LiveHub(client: client, schema: KeySchema(), clock: clock, logger: FuzzedServer.logger)
    StatisticsRoutes(client: client, schema: KeySchema(), clock: clock, registry: registry, hub: hub).add(to: router)
  }

  /// Reads the parameters of an address in every way that a route does.
  static func read(_ parameters: [(name: String, value: String)], now: Int64) {
    if let query = try? ChartQueryParser(parameters: parameters, now: now).query() {
      let bounds = query.timeline.bounds
      precondition(bounds.count >= 1 && bounds.count <= TimelineRequest.pointLimit + 10, "a chart's points")
      precondition(zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 }, "a chart's points are in order")
      precondition(query.events.count <= ChartQueryParser.choiceLimit, "a chart's events")
    }
    for (_, value) in parameters {
      guard let windows = try? StatisticsRoutes.windows(value) else { continue }
      precondition(windows.allSatisfy { (1...600).contains($0) } && (1...10).contains(windows.count), "windows")
    }
  }
}
