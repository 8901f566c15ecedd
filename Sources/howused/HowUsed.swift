import ArgumentParser
import HowUsedStore

/// `howused`: one file a command. A new command is a file with an `AsyncParsableCommand` that has
/// `@OptionGroup var store: StoreOptions` and does its work in `store.withStore { … }`, and a line below.
@main
struct HowUsed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "howused",
    abstract: "A real-time usage counter for chat bots: who is online, what is used, every event kept.",
    discussion: """
      Start with:
        howused bot add 1234567 --name "My bot"   registers a bot and prints its two tokens
        howused serve                             answers the bot's requests at http://127.0.0.1:8080/api

      Every option that shows a HOWUSED_… name can be given as that environment variable instead; what is on the \
      command line wins. All commands work on the same --data-dir (or --redis-url), whether or not a server is running.
      """,
    version: HowUsedVersion.current,
    subcommands: [
      ServeCommand.self,
      BotCommand.self,
      ArchiveCommand.self,
      ExportCommand.self,
      StatsCommand.self,
      TopCommand.self,
      SimulateCommand.self,
    ]
  )

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try Settings.check()
        try await asynchronous.run()
      } else {
        // Only the help is; it needs no sound environment.
        try command.run()
      }
    } catch {
      exit(withError: error)
    }
  }
}
