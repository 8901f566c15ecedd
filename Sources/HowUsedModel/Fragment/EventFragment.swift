internal import ByteText

/// What is stored of an event in the Redis stream, under the one field ``fieldName``: the tail of the archive's JSON line
/// without braces, in canonical form, so that a line is the entry's ID and this.
///
///     "botId":1234567,"userId":7654321,"event":"myEventName","param_1":"en","userRegisterTime":1616161616
///
/// Keys come in this order: `time` (only if backfilled), `type` (only `"update"`), `botId`, `userId`, `event` (not of an
/// update), `param_1`, `param_2`, `param_3`, `userRegisterTime`. What is absent is left out. Texts are written as
/// ``JSONText`` says. The form is on disk: never change it, only add keys at the end.
package enum EventFragment {
  /// The stream entry's field.
  package static let fieldName: StaticString = "e"

  /// Writes at `target`, which must have room for ``Limits/fragmentBytes`` and 64 more. Returns the bytes written.
  @inline(__always)
  static func write(_ request: EventRequest, _ reader: FieldReader, to target: UnsafeMutableRawPointer) -> Int {
    var writer = FragmentWriter(target)
    if let time = request.time { writer.write(time: time) }
    if request.kind == .update { writer.write("\"type\":\"update\",") }
    writer.write("\"botId\":")
    writer.write(request.botID.rawValue)
    writer.write(",\"userId\":")
    writer.write(request.userID.rawValue)
    if request.kind == .event { writer.write(",\"event\":\"", reader.bytes(of: request.event)) }
    if !request.param1.isEmpty { writer.write(",\"param_1\":\"", reader.bytes(of: request.param1)) }
    if !request.param2.isEmpty { writer.write(",\"param_2\":\"", reader.bytes(of: request.param2)) }
    if !request.param3.isEmpty { writer.write(",\"param_3\":\"", reader.bytes(of: request.param3)) }
    if let time = request.userRegisterTime {
      writer.write(",\"userRegisterTime\":")
      writer.write(time)
    }
    return writer.count
  }
}

/// Appends at a pointer. The caller has made sure of the room.
private struct FragmentWriter {
  let base: UnsafeMutableRawPointer
  var count = 0

  @inline(__always)
  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  @inline(__always)
  mutating func write(_ text: StaticString) {
    (base + count).copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    count &+= text.utf8CodeUnitCount
  }

  @inline(__always)
  mutating func write(_ value: Int64) { count &+= DecimalText.write(value, to: base + count) }

  @inline(__always)
  mutating func write(_ opening: StaticString, _ text: UnsafeRawBufferPointer) {
    write(opening)
    count &+= JSONText.write(text, to: base + count)
    base.storeBytes(of: UInt8(ascii: "\""), toByteOffset: count, as: UInt8.self)
    count &+= 1
  }

  mutating func write(time: Int64) {
    write("\"time\":\"")
    count &+= UTCTime.write(
      milliseconds: time,
      to: UnsafeMutableRawBufferPointer(start: base + count, count: UTCTime.textLength)
    )
    write("\",")
  }
}
