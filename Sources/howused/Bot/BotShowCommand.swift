import ArgumentParser
import HowUsedModel
import HowUsedStore
import Logging
import Redis

struct BotShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one bot. Tokens can't be shown.")

  @Argument(help: "The bot's id.")
  var id: BotID

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let (bot, partition, online) = try await store.withStore { store in
      let bot = try await BotAdministration(store).show(id)
      let clock = RedisClock()
      try await RedisClockService(clock: clock, client: store.client, logger: Logger(label: "howused")).setOnce()
      let count = OnlineSet(store.keys, id).count(window: Limits.defaultOnlineSeconds, now: clock.nowMilliseconds)
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
