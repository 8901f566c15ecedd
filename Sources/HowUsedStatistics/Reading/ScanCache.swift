import Synchronization

/// What has a size in memory, about, in bytes.
protocol ScanSized: Sendable {
  var size: Int { get }
}

/// What a scan knows after some groups of sections: it can go on from there.
protocol ScanState: ScanSized {
  /// Of the points. May be replaced by others that are the same up to where the last section ended.
  var bounds: [Int64] { get set }
}

/// Keeps what scans of closed files gave, in bounded memory, so that the same question costs only what is new since.
final class ScanCache: Sendable {
  /// What was asked, but for the points' bounds.
  struct Key: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
      case uses
      case users
      case active
      case online
      case registrations
    }

    var kind: Kind
    var bot: Int64
    var filter: EventFilter
    var segment: ChartSegment?
    /// The series in their order.
    var names: [[UInt8]]
    var hasOther: Bool
    var updatesName: [UInt8]?
    var sampleBits: Int
    var start: Int64
    var step: Int64
    var base: BaseBucket
    /// Which of the series.
    var range: Range<Int>
  }

  struct Entry: Sendable {
    /// Of the groups that it knows.
    var identities: [[String]]
    /// Where they end, in Unix seconds.
    var through: Int64
    var state: any ScanState
    var used = 0

    /// Whether the points are those that it was made with, as far as it goes.
    func isOf(_ bounds: [Int64]) -> Bool {
      guard let end = state.bounds.firstIndex(where: { $0 >= through }) else { return state.bounds == bounds }
      return bounds.count > end && state.bounds[...end] == bounds[...end]
    }
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var bytes = 0
    var clock = 0
  }

  private let limit: Int
  private let state = Mutex(State())

  /// - Parameter limit: bytes, about.
  init(limit: Int = 128 << 20) { self.limit = limit }

  func find(_ key: Key) -> Entry? {
    state.withLock { state in
      guard var entry = state.entries[key] else { return nil }
      state.clock += 1
      entry.used = state.clock
      state.entries[key] = entry
      return entry
    }
  }

  func keep(_ entry: Entry, for key: Key) {
    let size = entry.state.size + 1024
    guard size <= limit / 2 else { return }
    state.withLock { state in
      if let old = state.entries[key] { state.bytes -= old.state.size + 1024 }
      state.clock += 1
      var entry = entry
      entry.used = state.clock
      state.entries[key] = entry
      state.bytes += size
      while state.bytes > limit, let oldest = state.entries.min(by: { $0.value.used < $1.value.used }) {
        state.entries[oldest.key] = nil
        state.bytes -= oldest.value.state.size + 1024
      }
    }
  }
}
