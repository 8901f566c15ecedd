package import HowUsedModel
package import NIOCore

/// A bot's last events.
package struct RecentEvents: Sendable, Equatable {
  package struct Event: Sendable, Equatable {
    package var id: StreamID
    /// When it happened: unix milliseconds.
    package var time: Int64
    package var user: UserID
    /// As stored, with JSON escapes; nil: a deprecated update.
    package var event: [UInt8]?
    /// Param 1, 2 and 3, as stored: always three; empty: the event doesn't have it.
    package var params: [[UInt8]]

    package init(id: StreamID, time: Int64, user: UserID, event: [UInt8]?, params: [[UInt8]] = [[], [], []]) {
      self.id = id
      self.time = time
      self.user = user
      self.event = event
      self.params = params
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// The newest first.
  package var events: [Event]

  package static let limits = 1...50

  package init(asOf: Int64, events: [Event]) {
    self.asOf = asOf
    self.events = events
  }
}

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
