import ArgumentParser
import Foundation
import HowUsedModel
import HowUsedStore
import Logging
import Redis

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Send a bot believable traffic: for a first look, and for tests.",
    discussion: """
      Users come for sessions, some every day, some once; their language is in param_1, where they came from in param_2. \
      More are there in the evening than at night. Events go straight into the store, as those of the API do, so no \
      token is needed and the bot must be registered. It stops by itself.
      """
  )

  @Option(help: "The bot's id.")
  var bot: BotID

  @Option(help: "How many different users there are.")
  var users = 5000

  @Option(help: "Events a second, at the busiest time of the day.")
  var rate = 20.0

  @Option(name: .customLong("for"), help: "How long: a number and s, m or h.")
  var length = SimulationLength(seconds: 300)

  @Option(help: "First send this much of the past, at up to one event a second: a number and m or h, up to 160h.")
  var history: SimulationLength?

  @Option(help: "Send the same again: the seed of all chance.")
  var seed: UInt64 = 1

  @OptionGroup var store: StoreOptions

  func validate() throws {
    guard (1...1_000_000).contains(users) else { throw ValidationError("--users: \(users) is not within 1 to 1000000") }
    if let history, history.seconds > 160 * 3600 {
      throw ValidationError("--history: more than 160h can't be sent later")
    }
    guard rate > 0, rate <= 5000 else { throw ValidationError("--rate: \(rate) is not within 0 to 5000") }
  }

  func run() async throws {
    let sent = try await store.withStore { store in
      _ = try await BotAdministration(store).show(bot)
      let clock = RedisClock()
      try await RedisClockService(clock: clock, client: store.client, logger: Logger(label: "howused")).setOnce()
      var traffic = SimulatedTraffic(users: users, rate: rate, seed: seed)
      let sender = SimulationSender(client: store.client, keys: store.keys, bot: bot)
      var sent = 0
      if let history {
        sent += try await sender.sendHistory(history, users: users, rate: rate, seed: seed, clock: clock)
      }
      let end = ContinuousClock.now + .seconds(length.seconds)
      var last = clock.nowMilliseconds
      // Those who would be here already if it hadn't just begun.
      _ = traffic.events(from: last - 200_000, to: last)
      while ContinuousClock.now < end {
        try await Task.sleep(for: .milliseconds(100))
        let now = clock.nowMilliseconds
        let events = traffic.events(from: last, to: now)
        last = now
        try await sender.send(events, at: now)
        sent += events.count
      }
      return sent
    }
    print("Sent \(sent) events of bot \(bot).")
  }
}

/// `30s`, `5m`, `2h`.
struct SimulationLength: ExpressibleByArgument, CustomStringConvertible {
  let seconds: Int64

  init(seconds: Int64) { self.seconds = seconds }

  init?(argument: String) {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600]
    guard let unit = argument.last.flatMap({ units[$0] }), let count = Int64(argument.dropLast()),
      (1...1_000_000).contains(count), count * unit <= 30 * 86_400
    else { return nil }
    seconds = count * unit
  }

  var description: String { seconds % 60 == 0 ? "\(seconds / 60)m" : "\(seconds)s" }

  var defaultValueDescription: String { description }
}
