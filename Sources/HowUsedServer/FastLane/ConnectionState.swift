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
  /// The sweep (``ConnectionSweep``) in which bytes last arrived or an answer was last given.
  package var lastActiveSweep = 0
  /// The sweep in which the first byte of a request arrived that is not complete yet.
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
  package mutating func foreignBytes(outstanding: Int) -> Action {
    guard mode == .recognizing else { return .none }
    incompleteSince = nil
    mode = outstanding == 0 ? .handedOver : .handOverPending
    return mode == .handedOver ? .handOver : .none
  }

  /// Nothing is owed: every request read so far has its answer.
  package mutating func settled() -> Action {
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

  /// A sweep found the connection.
  ///
  /// - Returns: `.abort` when it has been idle, has been sending one request, or hasn't taken its last answers for too
  ///   many sweeps.
  package func swept(_ sweep: Int, outstanding: Int, idleSweeps: Int, requestSweeps: Int) -> Action {
    let silence = sweep - lastActiveSweep
    switch mode {
    case .recognizing:
      if outstanding > 0 { return .none }
      if let incompleteSince, sweep - incompleteSince > requestSweeps { return .abort }
      return silence > idleSweeps ? .abort : .none
    case .handOverPending: return .none
    case .handedOver, .closing: return silence > idleSweeps ? .abort : .none
    }
  }
}
