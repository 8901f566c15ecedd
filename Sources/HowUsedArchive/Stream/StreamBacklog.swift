/// How much of the streams waits for one of their consumers.
package struct StreamBacklog: Sendable, Equatable {
  /// How old the oldest waiting entry is by its id, in milliseconds; 0 when nothing waits, and never less.
  package var ageMilliseconds: Int64 = 0
  /// How many entries wait; 0 only when none does. See ``EntryNumbers`` for how exact it is.
  package var entries: Int64 = 0

  package init(ageMilliseconds: Int64 = 0, entries: Int64 = 0) {
    self.ageMilliseconds = ageMilliseconds
    self.entries = entries
  }

  /// Of several partitions together: all entries, and the oldest one's age.
  package init(_ partitions: some Sequence<StreamBacklog>) {
    for backlog in partitions {
      ageMilliseconds = max(ageMilliseconds, backlog.ageMilliseconds)
      entries += backlog.entries
    }
  }
}
