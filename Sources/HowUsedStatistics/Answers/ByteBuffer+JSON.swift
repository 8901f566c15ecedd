internal import ByteText
package import NIOCore

/// Parts of answers.
extension ByteBuffer {
  /// The members at the end of an answer: `asOf`, and `approximate`, `note` and `noteCode` where there is something to say.
  mutating func writeJSON(asOf: Int64, isApproximate: Bool, note: TimelineNote?) {
    writeString(#","asOf":\#(asOf)"#)
    if isApproximate { writeString(#","approximate":true"#) }
    if let note { writeString(#","note":"\#(note.text)","noteCode":"\#(note.rawValue)""#) }
  }

  /// Online counts by window: `{"60":1,"120":2}`.
  package mutating func writeJSON(online: [(seconds: Int, count: Int64)]) {
    writeString("{")
    for (index, window) in online.enumerated() {
      writeString(#"\#(index == 0 ? "" : ",")"\#(window.seconds)":\#(window.count)"#)
    }
    writeString("}")
  }

  /// Separated by commas. Straight into memory: an answer may have a hundred thousand numbers.
  mutating func writeJSON(numbers: some Collection<Int64>) {
    writeWithUnsafeMutableBytes(minimumWritableBytes: numbers.count * (DecimalText.longest + 1)) { target in
      guard let base = target.baseAddress else { return 0 }
      var place = 0
      for number in numbers {
        if place > 0 {
          target[place] = UInt8(ascii: ",")
          place += 1
        }
        place += DecimalText.write(number, to: base + place)
      }
      return place
    }
  }
}
