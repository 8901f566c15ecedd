/// Finds the highest number of users within two minutes, of each point.
struct PeakScan: ScanState {
  /// Missing behind the last point with anybody.
  private var peaks: [Int64] = []
  var bounds: [Int64]

  init(bounds: [Int64]) { self.bounds = bounds }

  var size: Int { peaks.count * 8 }
  var values: [Int64] { peaks + Array(repeating: 0, count: bounds.count - 1 - peaks.count) }

  /// - Parameter sections: of one group. With minutes it's a day: a month has none.
  mutating func add(_ sections: [Section]) throws {
    for section in sections where section.header.bucket > 60 {
      for (bucket, peak) in try section.figures()?.peaks.enumerated() ?? [].enumerated() {
        add(peak, at: section.header.start + Int64(bucket) * section.header.bucket)
      }
    }
    let minutes = sections.filter { $0.header.bucket == 60 }
    guard let start = minutes.first?.header.start else { return }
    for (minute, peak) in try MinutePeaks.minutes(minutes).enumerated() where peak > 0 {
      add(peak, at: start + Int64(minute) * 60)
    }
  }

  private mutating func add(_ peak: UInt32, at seconds: Int64) {
    guard let point = PointTable.point(at: seconds, bounds) else { return }
    if point >= peaks.count { peaks += Array(repeating: 0, count: point + 1 - peaks.count) }
    peaks[point] = max(peaks[point], Int64(peak))
  }
}
