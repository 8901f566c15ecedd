/// What of a section is known without looking at its tuples.
struct SectionFigures: Sendable, Equatable {
  /// Of each bucket the highest number of users within a minute of it and the one before. The first minute of a UTC day
  /// counts alone. Empty: not known.
  var peaks: [UInt32] = []

  init(peaks: [UInt32] = []) { self.peaks = peaks }

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(varint: peaks.count)
    writer.write(column: peaks)
    return writer.bytes
  }

  init?(_ bytes: [UInt8], buckets: Int) {
    let decoded: SectionFigures? = bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      let figures = SectionFigures(peaks: reader.column(reader.count(below: buckets + 1)))
      return reader.isSound && reader.isAtEnd ? figures : nil
    }
    guard let decoded else { return nil }
    self = decoded
  }
}
