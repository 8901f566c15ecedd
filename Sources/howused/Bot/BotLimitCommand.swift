import ArgumentParser
import HowUsedModel
import HowUsedStore

struct BotLimitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit",
    abstract: "Let a bot send more events a second, or fewer, than the servers let others.",
    discussion: "Takes effect on every running server within two seconds. More events are answered with 429."
  )

  @Argument(help: "The bot's id.")
  var id: BotID

  @Option(help: "Events a second to each server: 1 to 8388608; 0 is any number, -1 what the servers say.")
  var eventsPerSecond: Int

  @OptionGroup var store: StoreOptions

  func validate() throws {
    guard eventsPerSecond == -1 || BotRecord.eventsPerSecondLimits.contains(eventsPerSecond) else {
      throw ValidationError(
        "--events-per-second: \(eventsPerSecond) is not within -1 to \(BotRecord.eventsPerSecondLimits.upperBound)"
      )
    }
  }

  func run() async throws {
    let limit = eventsPerSecond == -1 ? nil : eventsPerSecond
    try await store.withStore { try await BotAdministration($0).limit(id, eventsPerSecond: limit) }
    switch limit {
    case nil: print("Bot \(id) may send what the servers let others.")
    case 0: print("Bot \(id) may send any number of events.")
    case let limit?: print("Bot \(id) may send \(limit) events a second.")
    }
  }
}
