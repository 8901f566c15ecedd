package import HowUsedModel

/// Who reads the events' streams from a position of its own. The trimmer never removes what one of them hasn't finished.
package protocol StreamConsumer: Sendable {
  /// A short lower-case word for logs and `/health`: "archive", "statistics".
  var name: String { get }

  /// The ID through which everything of the partition is finished for good (it survives a crash of everyone);
  /// nil when nothing is. Throws when it can't be known now; then nothing is trimmed.
  func finishedThrough(_ partition: Partition) async throws -> StreamID?
}
