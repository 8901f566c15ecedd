internal import HowUsedModel

/// Tells how many entries of a stream are behind a position. Redis can't be asked for that, but at each look at the stream
/// the number of its last entry is known, among all that were ever added, and so is that of its first one. A position
/// between two such samples is placed by time, as if the entries between them had come evenly.
///
/// How exact that is: when all entries of the stream wait, or none, it is exact. Else it errs by less than the entries
/// between the two samples: with a look each second, those of a second. What came before the first look has no samples but
/// its ends, so there it is off by as much as that came unevenly, until the consumer is past it. Entries that somebody
/// took out of the middle of the stream are counted.
struct EntryNumbers {
  /// An entry, there or trimmed, and how many had been added with it.
  private struct Sample {
    let id: StreamID
    let number: Int64
    /// When it was seen first.
    let seen = ContinuousClock.now
  }

  /// More would be an hour's for a consumer that is an hour behind; then every second one goes.
  static let limit = 512

  /// Ascending.
  private var samples: [Sample] = []

  /// How many were kept, for tests.
  var count: Int { samples.count }

  /// Entries behind `position`, of which `next` is the first: never less than 1, nor more than the stream has.
  mutating func waiting(behind position: StreamID, next: StreamID, _ info: StreamInfo) -> Int64 {
    record(info)
    forget(before: position)
    guard let first = info.first, first < next else { return max(1, info.length) }
    let last = info.entriesAdded ?? info.length
    var below = Sample(id: first, number: last - info.length + 1)
    if let sample = samples.last(where: { $0.id <= position }), sample.id > below.id { below = sample }
    guard let above = samples.first(where: { $0.id > position }) else { return 1 }
    // Between the position and the next entry there is nothing, however long that took.
    let before = Self.milliseconds(from: below.id, to: position)
    let behind = Self.milliseconds(from: next, to: above.id)
    let part = before + behind > 0 ? before / (before + behind) : 0
    let passed = below.number + Int64((Double(max(0, above.number - below.number)) * part).rounded())
    return min(max(1, last - passed), max(1, info.length))
  }

  /// Since when the first entry behind `position` certainly has been there; nil when no look has told.
  func seen(behind position: StreamID) -> ContinuousClock.Instant? { samples.first { $0.id > position }?.seen }

  /// Takes in where the stream ends now.
  mutating func record(_ info: StreamInfo) {
    let end = Sample(id: info.last ?? info.lastGeneratedID, number: info.entriesAdded ?? info.length)
    guard info.entriesAdded != nil else {
      // Numbers that trimming changes say nothing at the next look.
      samples = [end]
      return
    }
    if let last = samples.last {
      if last.id == end.id, last.number == end.number { return }
      // Another stream: it was deleted, or Redis lost its tail.
      if end.id <= last.id || end.number <= last.number { samples = [] }
    }
    samples.append(end)
    if samples.count > Self.limit {
      let newest = samples.count - 1
      samples = samples.enumerated().filter { $0.offset % 2 == 0 || $0.offset == newest }.map(\.element)
    }
  }

  /// Of those up to the position only the last one is of use.
  private mutating func forget(before position: StreamID) {
    if let last = samples.lastIndex(where: { $0.id <= position }) { samples.removeFirst(last) }
  }

  private static func milliseconds(from start: StreamID, to end: StreamID) -> Double {
    end.milliseconds > start.milliseconds ? Double(end.milliseconds - start.milliseconds) : 0
  }
}
