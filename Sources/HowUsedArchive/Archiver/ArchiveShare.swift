/// How many of the partitions one process archives. Of several servers on one archive, usually one has them all and the
/// others stand by.
package struct ArchiveShare: Sendable, Equatable, CustomStringConvertible {
  package let held: Int
  /// How many there are.
  package let partitions: Int

  package var description: String {
    switch held {
    case partitions: "archiving all \(partitions) partitions"
    case 0: "standing by: another process archives all \(partitions) partitions"
    default: "archiving \(held) of \(partitions) partitions; another process archives the others"
    }
  }
}
