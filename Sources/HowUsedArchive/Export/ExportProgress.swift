/// How far an export is.
package struct ExportProgress: Sendable, Equatable {
  /// Events written.
  package var events = 0
  /// Segments done, and of these how many were skipped by their footer.
  package var segments = 0
  package var skipped = 0
  /// Compressed bytes of all segments, as listed at the start, and of those done.
  package var totalBytes = 0
  package var doneBytes = 0

  package init() {}
}
