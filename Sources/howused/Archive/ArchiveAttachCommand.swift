import ArgumentParser
import HowUsedArchive
import HowUsedStore

struct ArchiveAttachCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Make this data folder's archive the one of this Redis, after a mix-up or a loss.",
    discussion: """
      A server doesn't start on a folder that isn't its Redis's, or that is older than what Redis remembers. When the \
      right folder is lost for good, or an older backup is all there is, this gives up what is missing. The folder gets a \
      new id, so that the one that it was mixed up with is refused from then on. Stop the servers first.
      """
  )

  @Flag(help: "Don't ask.")
  var yes = false

  @OptionGroup var store: StoreOptions

  func run() async throws {
    let layout = try store.archive()
    try await store.withStore { store in
      let binding = ArchiveBinding(layout, client: store.client, keys: store.keys)
      guard try await !binding.isBeingArchived() else {
        throw CommandError("a server archives now, or was killed within the last 30 seconds: stop it first")
      }
      let losses = try await binding.losses()
      print("\(layout.root) becomes the archive of this Redis.")
      if !losses.isEmpty { print("What is given up:\n- " + losses.joined(separator: "\n- ")) }
      if !yes {
        print("Type yes to go on: ", terminator: "")
        guard readLine() == "yes" else {
          print("Nothing is changed.")
          throw ExitCode.failure
        }
      }
      try await binding.attach(now: WallClock.nanoseconds / 1_000_000)
      print("Done.")
    }
  }
}
