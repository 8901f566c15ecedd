package import HowUsedModel

extension SegmentReader {
  /// The footer of a segment whose every byte is as it was sealed.
  ///
  /// - Throws: `SegmentDamage`, with the place of the first damage where it can be found.
  package static func validated(_ path: String, number: UInt64, partition: Partition) throws -> SegmentFooter {
    try segment(path).validated(number: number, partition: partition)
  }

  /// As above, of a segment that was opened and not read yet.
  func validated(number: UInt64, partition: Partition) throws -> SegmentFooter {
    guard let footer, digestMatches() else {
      var reader = self
      while try reader.next() != nil {}
      throw SegmentDamage(path: path, reason: "its SHA-256 is not the one in its footer, though every frame decodes")
    }
    guard footer.partition == partition, footer.number == number else {
      throw SegmentDamage(path: path, reason: "it is segment \(footer.number) of \(footer.partition) by its footer")
    }
    return footer
  }
}
