import ArgumentParser

struct ArchiveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive",
    abstract: "Look at the archive and check it.",
    subcommands: [ArchiveStatusCommand.self, ArchiveVerifyCommand.self]
  )
}
