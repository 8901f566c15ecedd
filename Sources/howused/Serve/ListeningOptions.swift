import ArgumentParser
import Glibc
import HowUsedServer
import HowUsedStore
import NIOCore

/// Where the server listens, and with how many threads.
struct ListeningOptions: ParsableArguments {
  @Option(help: .setting("host", "The address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for everybody."))
  var host: String = Settings.value("host") ?? "127.0.0.1"

  @Option(help: .setting("port", "The TCP port to listen on; 0 takes a free one."))
  var port: Int = Settings.value("port") ?? 8080

  @Option(help: .setting("threads", "Event loops that answer requests. (default: one a processor core)"))
  var threads: Int?

  @Option(
    help: .setting(
      "bot-rate-limit",
      "Events a second that a bot without a limit of its own may send to this server; more are answered with 429; 0: any number. (default: 10000)",
      valueName: "events"
    )
  )
  var botRateLimit: Int?

  @Option(
    name: .customLong("event-id-seconds"),
    help: .setting(
      "event-id-seconds",
      "For how long the eventId of an event is kept, so that no second one is stored. (default: 600)",
      valueName: "seconds"
    )
  )
  var eventIDSeconds: Int?

  /// How long an id is kept.
  var idSeconds: Int { eventIDSeconds ?? Settings.value("event-id-seconds") ?? 600 }

  @Option(
    help: .setting(
      "operator-token-file",
      "Who shows the token in this file's first line learns all of GET /health from elsewhere, too.",
      valueName: "file"
    )
  )
  var operatorTokenFile: String?

  /// Nil: nobody has one.
  func operatorToken() throws -> TokenHash? {
    let file = operatorTokenFile ?? Settings.value("operator-token-file")
    return try file.map { try TokenFile.read($0, "--operator-token-file").hash }
  }

  /// 0 sets no limit.
  var rateLimit: Int { botRateLimit ?? Settings.value("bot-rate-limit") ?? IngestGate.standardRate }

  @Option(
    help: .setting(
      "bot-user-limit",
      "Different users of one bot within ten minutes; more events are answered with 429; 0: any number. (default: 1000000)",
      valueName: "users"
    )
  )
  var botUserLimit: Int?

  var userLimit: Int { botUserLimit ?? Settings.value("bot-user-limit") ?? IngestGate.standardUsers }

  @Option(
    help: .setting(
      "connections-per-address",
      "Connections that one address, other than this machine, may have at once. (default: 1000)",
      valueName: "connections"
    )
  )
  var connectionsPerAddress: Int?

  var addressLimit: Int {
    connectionsPerAddress ?? Settings.value("connections-per-address") ?? ConnectionLimit.standard
  }

  var threadCount: Int { threads ?? Settings.value("threads") ?? System.coreCount }

  /// What an operator can do something about, in words; other errors as they are.
  func explained(_ error: any Error) -> any Error {
    guard let failure = error as? IOError else { return error }
    let reason = String(cString: strerror(failure.errnoCode))
    return CommandError("can't listen on \(host) port \(port): \(reason)")
  }

  /// Raises the limit of open files as far as may be.
  /// - Throws: when so few may be opened that the runtime would end the process sooner or later.
  func requireOpenFiles() throws {
    // Some 40 are open before the first connection, with one thread. The rest is for connections, and for what the archive
    // and Redis's clients open now and then.
    let needed = 96 + 4 * threadCount
    let available = max(0, OpenFileLimit.raise() - OpenFileLimit.openNow)
    guard available < needed else { return }
    throw CommandError("\(available) more files may be opened, and \(needed) are needed: raise the limit (ulimit -n)")
  }

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port: \(port) is not within 0 to 65535") }
    guard rateLimit == 0 || IngestGate.rateLimits.contains(rateLimit) else {
      throw ValidationError("--bot-rate-limit: \(rateLimit) is not within 0 to \(IngestGate.rateLimits.upperBound)")
    }
    guard (0...1_000_000_000).contains(userLimit) else {
      throw ValidationError("--bot-user-limit: \(userLimit) is not within 0 to 1000000000")
    }
    guard (1...1_000_000).contains(addressLimit) else {
      throw ValidationError("--connections-per-address: \(addressLimit) is not within 1 to 1000000")
    }
    guard (1...86_400).contains(idSeconds) else {
      throw ValidationError("--event-id-seconds: \(idSeconds) is not within 1 to 86400")
    }
    guard (1...1024).contains(threadCount) else {
      throw ValidationError("--threads: \(threadCount) is not within 1 to 1024")
    }
  }
}
