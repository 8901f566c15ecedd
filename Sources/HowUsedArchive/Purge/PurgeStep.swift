/// The steps in which a segment is replaced by one without a bot's lines, in order. Each is announced right after it was
/// done, so that tests can crash there.
package enum PurgeStep: String, Sendable, CaseIterable {
  case written
  case segmentReplaced
  case folderSynced
  case dateLinked
  case dateReplaced
  case dateFolderSynced
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias PurgeHook = @Sendable (PurgeStep) throws -> Void
