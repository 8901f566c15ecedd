import ArgumentParser
import HowUsedModel
import HowUsedStore

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Send a bot believable traffic: for a first look, and for tests.",
    discussion: """
      First the past, if asked for, with its own times, then what happens now, as one curve. Users come for sessions: some \
      nearly every day, some about once a week, most only once; new ones all the time, and more each week. Their language \
      is in param_1, where they came from in param_2. More are there in the evening than at night, and at the weekend. \
      Events go straight into the store, as those of the API do, so no token is needed and the bot must be registered. \
      It stops by itself.

      howused simulate --bot 1234567 --history 21d --for 24h
      """
  )

  @Option(help: "The bot's id.")
  var bot: BotID

  @Option(help: ArgumentHelp("Events a second at present, averaged over a week: up to 100.", valueName: "number"))
  var rate = 0.3

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("How long, once the past is sent: a number and s, m, h or d, up to 366d.", valueName: "length")
  )
  var length = SimulationLength(seconds: 300)

  @Option(
    help: ArgumentHelp(
      "First send so much of the past: a number and s, m, h or d, up to 366d. Send it once: sent twice it counts twice.",
      valueName: "length"
    )
  )
  var history: SimulationLength?

  @Option(help: ArgumentHelp("Of all random: with the same one the same happens again.", valueName: "number"))
  var seed: UInt64 = 1

  @OptionGroup var store: StoreOptions

  /// As many events of the past are sent in a few minutes, and the archive keeps up with them.
  private static let mostEvents = 10_000_000.0
  /// Events that are sent together.
  private static let page = 500

  func validate() throws {
    guard rate > 0, rate <= 100 else { throw ValidationError("--rate: \(rate) is not above 0 and up to 100") }
    if let history, Double(history.seconds) * rate > Self.mostEvents {
      throw ValidationError(
        "--history: \(history) at \(rate) events a second are more than \(Int(Self.mostEvents)) events; "
          + "\(Int(Self.mostEvents / rate) / 3600)h are not"
      )
    }
  }

  func run() async throws {
    let sent = try await store.withStore { store in
      _ = try await BotAdministration(store).show(bot)
      let clock = try await store.clock()
      let present = clock.nowMilliseconds
      let start = present - (history?.seconds ?? 0) * 1000
      var traffic = SimulatedTraffic(SimulatedUsers(rate: rate, seed: seed, present: present), from: start)
      let sender = SimulationSender(client: store.client, keys: store.keys, bot: bot)
      var sent = 0
      if let history {
        sent = try await send(history, from: start, &traffic, sender, clock)
        print("Sent \(sent) events of the past \(history); for \(length) more as they happen.")
      }
      let end = ContinuousClock.now + .seconds(length.seconds)
      while ContinuousClock.now < end {
        let now = clock.nowMilliseconds
        let events = traffic.next(before: now, limit: Self.page)
        try await sender.send(events, at: now)
        sent += events.count
        if events.count < Self.page { try await Task.sleep(for: .milliseconds(100)) }
      }
      return sent
    }
    print("Sent \(sent) events of bot \(bot).")
  }

  /// Sends all that happened until now: what happens meanwhile, too.
  /// - Returns: how many events there were.
  private func send(
    _ history: SimulationLength,
    from start: Int64,
    _ traffic: inout SimulatedTraffic,
    _ sender: SimulationSender,
    _ clock: RedisClock
  ) async throws -> Int {
    let line = ProgressLine()
    defer { line.clear() }
    var sent = 0
    while true {
      try Task.checkCancellation()
      let now = clock.nowMilliseconds
      let events = traffic.next(before: now, limit: Self.page)
      try await sender.send(events, at: now)
      sent += events.count
      guard events.count == Self.page, let last = events.last else { return sent }
      let part = Double(last.time - start) / Double(max(now - start, 1))
      line.show(done: part, "\(sent) events of the past \(history)")
    }
  }
}

/// `30s`, `5m`, `2h`, `21d`.
struct SimulationLength: ExpressibleByArgument, CustomStringConvertible {
  /// At least 1, at most a year.
  let seconds: Int64

  private static let units: [(letter: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]

  init(seconds: Int64) { self.seconds = seconds }

  init?(argument: String) {
    guard let unit = Self.units.first(where: { $0.letter == argument.last }), let count = Int64(argument.dropLast()),
      (1...366 * 86_400 / unit.seconds).contains(count)
    else { return nil }
    seconds = count * unit.seconds
  }

  /// In the largest unit that divides it.
  var description: String {
    let unit = Self.units.first { seconds % $0.seconds == 0 } ?? ("s", 1)
    return "\(seconds / unit.seconds)\(unit.letter)"
  }

  var defaultValueDescription: String { description }
}
