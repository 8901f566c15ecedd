package import Logging
import NIOCore
import Synchronization

/// How many connections one address may have at once. This machine may have any number: a proxy's clients are all there.
package final class ConnectionLimit: Sendable {
  package static let standard = 1000

  private struct State {
    var open: [String: Int] = [:]
    var refused = 0
    var logged: NIODeadline?
  }

  private let limit: Int
  private let countsThisMachine: Bool
  private let logger: Logger
  private let state = Mutex(State())

  /// - Parameter countsThisMachine: for tests.
  package init(_ limit: Int = ConnectionLimit.standard, countsThisMachine: Bool = false, logger: Logger) {
    self.limit = limit
    self.countsThisMachine = countsThisMachine
    self.logger = logger
  }

  /// Whether the connection may stay. It's counted until it ends.
  func admits(_ channel: any Channel) -> Bool {
    guard let address = ClientAddress.remote(channel) ?? (countsThisMachine ? "this machine" : nil) else { return true }
    let (isAdmitted, refused): (Bool, Int?) = state.withLock { state in
      if state.open[address, default: 0] < limit {
        state.open[address, default: 0] += 1
        return (true, nil)
      }
      state.refused += 1
      guard state.logged.map({ .now() - $0 > .seconds(60) }) ?? true else { return (false, nil) }
      defer { (state.logged, state.refused) = (.now(), 0) }
      return (false, state.refused)
    }
    if let refused {
      logger.warning(
        "connections are refused: one address has too many",
        metadata: ["limit": "\(limit)", "refused": "\(refused)"]
      )
    }
    guard isAdmitted else { return false }
    channel.closeFuture.whenComplete { [weak self] _ in self?.left(address) }
    return true
  }

  private func left(_ address: String) {
    state.withLock { state in
      let count = state.open[address, default: 1] - 1
      state.open[address] = count > 0 ? count : nil
    }
  }
}
