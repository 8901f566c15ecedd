/// How the archive is written.
package struct ArchiverConfiguration: Sendable {
  package var layout: ArchiveLayout
  /// A segment is sealed at the latest this long after its first batch.
  package var interval: Duration = .seconds(3600)
  /// ... or when it would get more events than this.
  package var maximumEvents = 100_000
  /// ... or more bytes than this, before compression.
  package var maximumRawBytes = 64 << 20
  /// Segments whose events are all older than so many days are removed; nil keeps everything.
  package var keepDays: Int?
  /// 1 (fast) ... 19 (small).
  package var compressionLevel = 1
  /// The most events that become one frame.
  package var pageEvents = 5000
  /// How often the streams are read.
  package var poll: Duration = .seconds(1)
  /// How long a partition stays this process's after it was last renewed.
  package var leaseTime: Duration = .seconds(30)
  /// This process, in the leases. Different in every process.
  package var owner = RandomName.make()
  /// Production does nothing here.
  package var hook: CommitHook = { _, _ in }

  package init(layout: ArchiveLayout) { self.layout = layout }
}
