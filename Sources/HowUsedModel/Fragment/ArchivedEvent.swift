package import NIOCore

/// An event as it was stored. Its texts are slices of the fragment's bytes, in JSON escapes where they need them.
package struct ArchivedEvent: Sendable, Equatable {
  package var kind: EventRequest.Kind
  package var botID: BotID
  package var userID: UserID
  /// Empty for `.update`.
  package var event: TextSlice
  package var param1: TextSlice
  package var param2: TextSlice
  package var param3: TextSlice
  /// Unix seconds.
  package var userRegisterTime: Int64?
  /// Unix milliseconds, if the event was backfilled; otherwise it happened at its stream ID's time.
  package var time: Int64?

  /// Reads a fragment in the canonical form of ``EventFragment``; `nil` for anything else. Allocates nothing.
  package init?(fragment: UnsafeRawBufferPointer) {
    guard let base = fragment.baseAddress, fragment.count <= Limits.fragmentBytes else { return nil }
    var parser = FragmentParser(base: base, end: fragment.count)
    guard let event = parser.parse() else { return nil }
    self = event
  }

  init(
    kind: EventRequest.Kind,
    botID: BotID,
    userID: UserID,
    event: TextSlice,
    param1: TextSlice,
    param2: TextSlice,
    param3: TextSlice,
    userRegisterTime: Int64?,
    time: Int64?
  ) {
    self.kind = kind
    self.botID = botID
    self.userID = userID
    self.event = event
    self.param1 = param1
    self.param2 = param2
    self.param3 = param3
    self.userRegisterTime = userRegisterTime
    self.time = time
  }

  /// The text of a slice, its escapes decoded.
  package static func string(of slice: TextSlice, in fragment: UnsafeRawBufferPointer) -> String {
    let raw = UnsafeRawBufferPointer(rebasing: fragment[Int(slice.offset)..<Int(slice.offset + slice.count)])
    guard slice.encoding == .jsonEscaped else { return String(decoding: raw, as: UTF8.self) }
    return String(unsafeUninitializedCapacity: raw.count) { space in
      guard let base = space.baseAddress else { return 0 }
      return JSONText.decode(raw, to: UnsafeMutableRawPointer(base))
    }
  }

  /// Appends the text of a slice, its escapes decoded. Returns the bytes written.
  @discardableResult
  package static func write(
    _ slice: TextSlice,
    in fragment: UnsafeRawBufferPointer,
    to buffer: inout ByteBuffer
  ) -> Int {
    let raw = UnsafeRawBufferPointer(rebasing: fragment[Int(slice.offset)..<Int(slice.offset + slice.count)])
    guard slice.encoding == .jsonEscaped else { return buffer.writeBytes(raw) }
    return buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: raw.count) { space in
      guard let base = space.baseAddress else { return 0 }
      return JSONText.decode(raw, to: base)
    }
  }
}
