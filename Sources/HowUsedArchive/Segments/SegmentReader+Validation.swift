package import HowUsedModel

extension SegmentReader {
  /// The footer of a segment whose every byte is as it was sealed.
  ///
  /// - Throws: `SegmentDamage`, with the place of the first damage where it can be found.
  package static func validated(_ path: String, number: UInt64, partition: Partition) throws -> SegmentFooter {
    var reader = try segment(path)
    guard let footer = reader.footer, reader.digestMatches() else {
      while try reader.next() != nil {}
      throw SegmentDamage(path: path, reason: "its SHA-256 is not the one in its footer, though every frame decodes")
    }
    guard footer.partition == partition, footer.number == number else {
      throw SegmentDamage(path: path, reason: "it is segment \(footer.number) of \(footer.partition) by its footer")
    }
    return footer
  }
}
