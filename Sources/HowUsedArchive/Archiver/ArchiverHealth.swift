/// How the archive is doing, for `/health` and the metrics; how far it is behind, ``BacklogReader`` tells.
package struct ArchiverHealth: Sendable, Equatable {
  /// The disk is full: archiving waits, and goes on by itself.
  package var isWaitingForDisk = false
  /// The last thing that went wrong and has not gone right since.
  package var lastError: String?
  /// What of the archive is this process's; nil before it's known.
  package var share: ArchiveShare?
  /// Events written to files since the start (again after an abandoned file), and how many segments were sealed.
  package var archivedEvents = 0
  package var sealedSegments = 0
  /// Segments that failed their checksum and were set aside since the start.
  package var damagedSegments = 0
  /// Stream entries that were no events of ours and are not archived.
  package var foreignEntries = 0

  package init() {}
}
