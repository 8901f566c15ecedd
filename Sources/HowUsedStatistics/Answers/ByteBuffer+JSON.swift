import HowUsedModel
package import NIOCore

/// Parts of answers.
extension ByteBuffer {
  /// A text that isn't escaped yet, with its quotes.
  mutating func writeJSON(text: String) {
    writeString("\"")
    writeBytes(JSONText.escaped(text))
    writeString("\"")
  }

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
    writeWithUnsafeMutableBytes(minimumWritableBytes: numbers.count * 21) { target in
      var place = 0
      for number in numbers {
        if place > 0 {
          target[place] = UInt8(ascii: ",")
          place += 1
        }
        if number < 0 {
          target[place] = UInt8(ascii: "-")
          place += 1
        }
        let start = place
        var rest = number.magnitude
        repeat {
          target[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
          rest /= 10
          place += 1
        } while rest > 0
        target[start..<place].reverse()
      }
      return place
    }
  }
}
