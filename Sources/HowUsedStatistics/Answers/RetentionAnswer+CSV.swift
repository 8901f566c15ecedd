import HowUsedModel
package import NIOCore

extension RetentionAnswer {
  /// The answer of `/retention` as a table: a line a cohort, its times in UTC, its size, and a column for each later unit,
  /// empty where that isn't there yet (RFC 4180).
  package func writeCSV(_ query: RetentionQuery, to buffer: inout ByteBuffer) {
    let columns = cohorts.map(\.returned.count).max() ?? 0
    buffer.writeString("from,to,size")
    for number in 0..<columns { buffer.writeString(",\(number)") }
    buffer.writeString("\r\n")
    for (index, cohort) in cohorts.enumerated() {
      UTCTime.write(milliseconds: query.units.bounds[index] * 1000, to: &buffer)
      buffer.writeString(",")
      UTCTime.write(milliseconds: query.units.bounds[index + 1] * 1000, to: &buffer)
      buffer.writeString(",\(cohort.size)")
      for number in 0..<columns {
        buffer.writeString(number < cohort.returned.count ? ",\(cohort.returned[number])" : ",")
      }
      buffer.writeString("\r\n")
    }
  }
}
