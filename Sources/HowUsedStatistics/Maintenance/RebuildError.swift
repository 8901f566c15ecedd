package import HowUsedModel

/// Why statistics can't be rebuilt.
package enum RebuildError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another rebuild is at work on the partition.
  case busy(Partition)
  /// Old archive files were removed by age: what only they could tell would be gone.
  case archiveWasCut(Partition, before: String)
  /// Redis says that more was archived than there is in the folder.
  case archiveIsElsewhere(Partition, sealedThrough: StreamID)
  /// The live statistics moved on faster than the rebuild could follow.
  case neverCaughtUp(Partition)

  package var description: String {
    switch self {
    case .busy(let partition):
      "another rebuild is at work on \(partition); if it was killed, this is over within two minutes"
    case .archiveWasCut(let partition, let date):
      "the archive of \(partition) was removed through \(date): statistics of before would be lost (--force does it)"
    case .archiveIsElsewhere(let partition, let id):
      "\(partition) is archived through \(id), but not in this data folder: run this where the archive is"
    case .neverCaughtUp(let partition): "the statistics of \(partition) moved on faster than the rebuild could follow"
    }
  }
}
