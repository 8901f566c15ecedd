package import HowUsedModel
internal import NIOCore

/// Some consecutive entries of a partition's stream, as archive lines.
package struct StreamPage: Sendable, Equatable {
  /// One for each UTC day of the entries' ids.
  package var batches: [LineBatch] = []
  /// How many entries the page had, foreign ones included.
  package var entries = 0
  /// The last entry's id; nil for an empty page.
  package var last: StreamID?
  /// Entries that are not events of ours: they are not archived.
  package var foreign: [StreamID] = []
  /// Whether there was nothing behind it when it was read.
  package var isEnd = true

  package init() {}

  /// The events in it.
  package var count: Int { batches.reduce(0) { $0 + $1.count } }
}

extension StreamPage {
  /// The ids of its events, ascending.
  var ids: [StreamID] {
    var ids: [StreamID] = []
    ids.reserveCapacity(count)
    for batch in batches {
      batch.bytes.withUnsafeReadableBytes { bytes in
        ArchiveLine.forEach(in: bytes) { line in
          if let parsed = ArchiveLine(line) { ids.append(parsed.id) }
        }
      }
    }
    return ids
  }
}
