import ArgumentParser

struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Manage the statistics.",
    subcommands: [StatsRebuildCommand.self]
  )
}
