import HowUsedModel
package import NIOCore

extension RecentEvents {
  /// The answer of `/events`.
  /// - Parameter showsUsers: whether users are named, instead of by their last three digits.
  package func writeJSON(showsUsers: Bool, to buffer: inout ByteBuffer) {
    buffer.writeString(#"{"ok":true,"events":["#)
    for (index, event) in events.enumerated() {
      buffer.writeString(index == 0 ? "{" : ",{")
      buffer.writeString(#""id":"\#(event.id)","time":\#(event.time),"event":"#)
      if let name = event.event {
        buffer.writeString("\"")
        buffer.writeBytes(name)
        buffer.writeString("\"")
      } else {
        buffer.writeString("null")
      }
      buffer.writeString(showsUsers ? #","userId":\#(event.user)"# : #","user":"\#(Self.hint(of: event.user))""#)
      for (number, param) in event.params.enumerated() where !param.isEmpty {
        buffer.writeString(#","param_\#(number + 1)":""#)
        buffer.writeBytes(param)
        buffer.writeString("\"")
      }
      buffer.writeString("}")
    }
    buffer.writeString("]")
    buffer.writeJSON(asOf: asOf, isApproximate: false, note: nil)
    buffer.writeString("}")
  }

  /// Enough to tell neighbouring events' users apart.
  private static func hint(of user: UserID) -> String {
    let digits = String(user.rawValue.magnitude % 1000)
    return "…" + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
