package import NIOCore

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
