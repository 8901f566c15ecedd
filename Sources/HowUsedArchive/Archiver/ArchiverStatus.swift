internal import HowUsedModel
internal import Synchronization

/// What the archiver's parts tell each other and everyone else about where they are. May be asked on any thread.
final class ArchiverStatus: Sendable {
  private struct Line {
    var sealed: StreamID?
    var cursor: StreamID?
    var problem: String?
    var isDiskFull = false
  }

  private struct State {
    var held: [Partition: Line] = [:]
    var general: String?
    var counters = ArchiverHealth()
  }

  private let state = Mutex(State())

  /// Through where this process knows the partition's events to be sealed; nil when another process archives it.
  func sealed(_ partition: Partition) -> StreamID? { state.withLock { $0.held[partition]?.sealed } }

  func opened(_ partition: Partition, sealed: StreamID) {
    state.withLock { state in
      state.held[partition, default: Line()].sealed = sealed
    }
  }

  /// Through where the events of the partitions that this process archives are in a file, sealed or not.
  var cursors: [Partition: StreamID] { state.withLock { $0.held.compactMapValues(\.cursor) } }

  func reached(_ partition: Partition, _ cursor: StreamID) {
    state.withLock { $0.held[partition]?.cursor = cursor }
  }

  func released(_ partition: Partition) { state.withLock { _ = $0.held.removeValue(forKey: partition) } }

  func sealed(_ partition: Partition, through id: StreamID) {
    state.withLock { state in
      state.held[partition]?.sealed = id
      state.counters.sealedSegments += 1
    }
  }

  func caughtUp(_ partition: Partition) {
    state.withLock { state in
      state.held[partition]?.problem = nil
      state.held[partition]?.isDiskFull = false
    }
  }

  func failed(_ partition: Partition, _ problem: String, isDiskFull: Bool) {
    state.withLock { state in
      // It may not even be open.
      state.held[partition, default: Line()].problem = problem
      state.held[partition]?.isDiskFull = isDiskFull
    }
  }

  /// Returns whether that is news.
  func tell(_ share: ArchiveShare) -> Bool {
    state.withLock { state in
      defer { state.counters.share = share }
      return state.counters.share != share
    }
  }

  func general(_ problem: String?) { state.withLock { $0.general = problem } }

  func count(events: Int = 0, foreign: Int = 0, damaged: Int = 0) {
    state.withLock { state in
      state.counters.archivedEvents += events
      state.counters.foreignEntries += foreign
      state.counters.damagedSegments += damaged
    }
  }

  var health: ArchiverHealth {
    state.withLock { state in
      var health = state.counters
      health.isWaitingForDisk = state.held.values.contains { $0.isDiskFull }
      health.lastError = state.held.sorted { $0.key < $1.key }.lazy.compactMap(\.value.problem).first ?? state.general
      return health
    }
  }
}
