import HowUsedArchive
import HowUsedServer
import Logging
import ServiceLifecycle
import Synchronization

/// Sees whether anybody seals archive files, on whichever server: for when all of them stand by, or the one that archives
/// can't.
final class SealingWatch: Service {
  /// How much is in no sealed file.
  private let unsealed: BacklogMonitor
  /// How old the oldest event may become that is in none, in seconds.
  private let limit: Int
  private let logger: Logger
  private let latest = Mutex<String?>(nil)

  /// Beyond three intervals: as long as a lease may run of somebody who is gone, and the next one needs for what waits.
  private static let grace = 60
  /// So long it must be so: who has just started seals first what waited until then.
  private static let patience = Duration.seconds(10)
  private static let logInterval = Duration.seconds(60)

  /// - Parameter interval: after which a file is sealed at the latest, in seconds.
  init(unsealed: BacklogMonitor, interval: Int, logger: Logger) {
    self.unsealed = unsealed
    limit = 3 * interval + Self.grace
    self.logger = logger
  }

  /// For a person; nil when all is well, or nothing is known.
  var problem: String? { latest.withLock { $0 } }

  func run() async throws {
    var since: ContinuousClock.Instant?
    var nextLog = ContinuousClock.now
    while !Task.isShuttingDownGracefully && !Task.isCancelled {
      let found = find()
      since = found == nil ? nil : since ?? .now
      let problem = since.map { $0.duration(to: .now) >= Self.patience } == true ? found : nil
      latest.withLock { $0 = problem }
      if let problem, nextLog <= .now {
        nextLog = .now + Self.logInterval
        logger.error("\(problem)")
      }
      try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(1)) }
    }
  }

  private func find() -> String? {
    guard case .known(let backlog) = unsealed.latest else { return nil }
    let age = backlog.ageMilliseconds / 1000
    guard age > limit else { return nil }
    return """
      nobody seals archive files: an event of \(age) seconds ago is in none, and Redis keeps \(backlog.entries) until they \
      are; the server that archives hangs, can't write, or is gone
      """
  }
}
