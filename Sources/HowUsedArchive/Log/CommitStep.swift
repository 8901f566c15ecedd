package import HowUsedModel

/// The steps in which events become archive files, in order. Each is announced right after it was done, and the two
/// that begin with `will` right before, so that tests can crash there or let the system call fail.
package enum CommitStep: String, Sendable, CaseIterable {
  case partCreated
  case willWriteBatch
  case batchWritten
  case willSyncBatch
  case batchSynced
  case footerWritten
  case willSyncSegment
  case segmentSynced
  case segmentLinked
  case folderSynced
  case partUnlinked
  case dateLinked
  case dateFolderSynced
  /// The position in Redis says so now.
  case positionTold
  case trimmed
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias CommitHook = @Sendable (CommitStep, Partition) throws -> Void
