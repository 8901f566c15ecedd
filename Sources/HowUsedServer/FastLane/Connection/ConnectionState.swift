/// Where one connection of the fast lane stands. Decides; ``FastLaneHandler`` carries out.
package struct ConnectionState {
  package enum Mode: Equatable {
    /// Requests are recognised from the bytes.
    case recognizing
    /// Bytes that only SwiftNIO's decoder may read have come; earlier requests still wait for their answers.
    case handOverPending
    /// SwiftNIO's decoder and Hummingbird have the connection.
    case handedOver
    /// No request is read any more; the connection ends after the answers that are owed.
    case closing
  }

  package private(set) var mode = Mode.recognizing
  /// After how many checks (``IdleTimeouts``) bytes last arrived or an answer was last given.
  package var lastActive = 0
  /// After how many the first byte of a request arrived that is not complete yet; once handed over, of a head.
  package var incompleteSince: Int?

  /// The peer sends nothing more; what it has sent is still answered.
  package var peerHasFinished = false

  package init() {}

  package enum Action: Equatable {
    case none
    case handOver
    /// Once everything written has gone out.
    case close
    /// At once.
    case abort
  }

  /// Bytes came that are not of the common form.
  package mutating func unrecognizedBytes(outstanding: Int) -> Action {
    guard mode == .recognizing else { return .none }
    incompleteSince = nil
    mode = outstanding == 0 ? .handedOver : .handOverPending
    return mode == .handedOver ? .handOver : .none
  }

  /// Nothing is owed: every request read so far has its answer.
  package mutating func allAnswered() -> Action {
    switch mode {
    case .handOverPending:
      mode = .handedOver
      return .handOver
    case .closing: return .close
    case .recognizing: return peerHasFinished ? .close : .none
    case .handedOver: return .none
    }
  }

  /// The server is shutting down, or the request just read asked for the connection's end: no further one is read.
  package mutating func readNoMore() {
    if mode != .handedOver { mode = .closing }
  }

  /// The connection is checked.
  ///
  /// - Parameter checks: how many checks there were, this one included.
  /// - Returns: `.abort` when it has been idle, has been sending one request, or hasn't taken its last answers for too
  ///   many checks.
  package func checked(
    _ checks: Int,
    outstanding: Int,
    idleChecks: Int,
    requestChecks: Int,
    headChecks: Int
  ) -> Action {
    let silence = checks - lastActive
    switch mode {
    case .recognizing:
      if outstanding > 0 { return .none }
      if let incompleteSince, checks - incompleteSince > requestChecks { return .abort }
      return silence > idleChecks ? .abort : .none
    case .handOverPending: return .none
    case .handedOver:
      if let incompleteSince, checks - incompleteSince > headChecks { return .abort }
      return silence > idleChecks ? .abort : .none
    case .closing: return silence > idleChecks ? .abort : .none
    }
  }
}
