package import HowUsedArchive
package import HowUsedModel
import ServiceLifecycle
import Synchronization

/// Finds out every second how much of the streams waits for one of their consumers, so that `/health` waits for nobody.
package final class BacklogMonitor: Service {
  /// The last entry of each partition that the consumer has finished with.
  package typealias Positions = @Sendable () async throws -> [Partition: StreamID]

  package enum Observation: Sendable, Equatable {
    case known(StreamBacklog)
    /// Why, for a person.
    case unknown(String)
  }

  /// Redis's replies have their own deadline. This is for a consumer that doesn't say where it is.
  private static let longest = Duration.seconds(6)

  private let reader: BacklogReader
  private let positions: Positions
  private let interval: Duration
  private let last = Mutex(
    (observation: Observation.unknown("how much waits is not known yet"), at: ContinuousClock.now)
  )

  /// - Parameter reader: of its own.
  package init(reader: BacklogReader, interval: Duration = .seconds(1), positions: @escaping Positions) {
    self.reader = reader
    self.interval = interval
    self.positions = positions
  }

  /// What was found out a second ago or less.
  package var latest: Observation {
    let (observation, at) = last.withLock { $0 }
    guard ContinuousClock.now - at > Self.longest else { return observation }
    return .unknown("how much waits was last known \(Int((ContinuousClock.now - at) / .seconds(1))) seconds ago")
  }

  package func run() async throws {
    while !Task.isShuttingDownGracefully && !Task.isCancelled {
      let observation = await observe()
      last.withLock { $0 = (observation, .now) }
      try? await cancelWhenGracefulShutdown { [interval] in try await Task.sleep(for: interval) }
    }
  }

  private func observe() async -> Observation {
    do {
      return .known(StreamBacklog(try await reader.read(try await positions()).values))
    } catch {
      return .unknown("how much waits is not known: \(error)")
    }
  }
}
