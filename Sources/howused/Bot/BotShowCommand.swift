import ArgumentParser
import HowUsedModel
import HowUsedStore
import Redis

struct BotListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the registered bots: id, day of registration, name; separated by tabs."
  )

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let bots = try await store.withStore { try await BotAdministration($0).list() }
    for bot in bots { print("\(bot.id)\t\(bot.createdDay)\t\(bot.name)") }
  }
}

struct BotShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one bot. Tokens can't be shown.")

  @Argument(help: "The bot's id.")
  var id: BotID

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let (bot, partition, online) = try await store.withStore { store in
      let bot = try await BotAdministration(store).show(id)
      let now = try await store.clock().nowMilliseconds
      let count = OnlineSet(store.keys, id).count(window: Limits.defaultOnlineSeconds, now: now)
      let online = try await store.client.send(count).int ?? 0
      return (bot, store.keys.partition(of: id), online)
    }
    print("id:         \(bot.id)")
    print("name:       \(bot.name)")
    print("registered: \(bot.createdDay)")
    print("partition:  \(partition)")
    print("online:     \(online) (last 120 seconds)")
  }
}

extension BotRecord {
  /// The day of registration in UTC: `2026-11-22`; the nearest from 1970 to 9999 when something else was stored.
  fileprivate var createdDay: String {
    UTCTime.date(milliseconds: min(max(created, 0), UTCTime.maximumMilliseconds / 1000) * 1000)
  }
}
