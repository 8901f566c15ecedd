import HowUsedModel
package import NIOCore

/// What a ``RetentionQuery`` found.
package struct RetentionAnswer: Sendable, Equatable {
  package struct Cohort: Sendable, Equatable {
    /// Users who registered in the unit.
    package var size: Int64
    /// How many of them did something in the unit itself, the next one, and so on up to the one that isn't over yet.
    package var returned: [Int64]

    package init(size: Int64, returned: [Int64]) {
      self.size = size
      self.returned = returned
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// ``RetentionQuery/cohortCount`` of them; number `i` has at most `units.count - i` later units.
  package var cohorts: [Cohort]
  /// Whether users were sampled.
  package var isApproximate = false

  package init(asOf: Int64, cohorts: [Cohort]) {
    self.asOf = asOf
    self.cohorts = cohorts
  }
}

extension RetentionAnswer {
  /// The answer of `/retention`.
  package func writeJSON(_ query: RetentionQuery, to buffer: inout ByteBuffer) {
    let bounds = query.units.bounds
    buffer.writeString(
      #"{"ok":true,"unit":"\#(query.unit.rawValue)","from":\#(query.units.start),"to":\#(query.end),"cohorts":["#
    )
    for (index, cohort) in cohorts.enumerated() {
      buffer.writeString(index == 0 ? "{" : ",{")
      buffer.writeString(#""from":\#(bounds[index]),"to":\#(bounds[index + 1]),"size":\#(cohort.size),"returned":["#)
      buffer.writeJSON(numbers: cohort.returned)
      buffer.writeString("]}")
    }
    buffer.writeString("]")
    buffer.writeJSON(asOf: asOf, isApproximate: isApproximate, note: query.units.note)
    buffer.writeString("}")
  }
}

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
