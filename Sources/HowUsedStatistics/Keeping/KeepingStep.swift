/// The steps in which files of statistics come and go, each announced right after it was done, so that tests can crash
/// there.
package enum KeepingStep: String, Sendable, CaseIterable {
  case removalsWritten
  case fileWritten
  case fileSynced
  case fileRenamed
  case closedWritten
  case fileRemoved
  case fileSetAside
}

/// Called at each step. Production does nothing there. What it throws goes on as if the step had thrown it.
package typealias KeepingHook = @Sendable (KeepingStep) throws -> Void
