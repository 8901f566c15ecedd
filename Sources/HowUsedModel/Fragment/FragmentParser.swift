internal import ByteText

/// Reads the canonical form of ``EventFragment``, strictly: that order of keys, no blanks, no other way to write a value.
struct FragmentParser {
  let base: UnsafeRawPointer
  let end: Int
  var position = 0

  init(base: UnsafeRawPointer, end: Int) {
    self.base = base
    self.end = end
  }

  mutating func parse() -> ArchivedEvent? {
    var time: Int64?
    if take("\"time\":\"") {
      guard end &- position >= UTCTime.textLength else { return nil }
      time = UTCTime.parse(UnsafeRawBufferPointer(start: base + position, count: UTCTime.textLength))
      position &+= UTCTime.textLength
      guard time != nil, take("\",") else { return nil }
    }
    let kind: EventRequest.Kind = take("\"type\":\"update\",") ? .update : .event
    guard
      take("\"botId\":"), let bot = number(), let botID = BotID(rawValue: bot),
      take(",\"userId\":"), let user = number(), let userID = UserID(rawValue: user)
    else { return nil }
    var event = TextSlice.empty
    if kind == .event {
      guard take(",\"event\":\""), let text = text() else { return nil }
      event = text
    }
    guard let param1 = param(",\"param_1\":\""), let param2 = param(",\"param_2\":\""),
      let param3 = param(",\"param_3\":\"")
    else { return nil }
    var userRegisterTime: Int64?
    if take(",\"userRegisterTime\":") {
      guard let seconds = number() else { return nil }
      userRegisterTime = seconds
    }
    guard position == end else { return nil }
    return ArchivedEvent(
      kind: kind,
      botID: botID,
      userID: userID,
      event: event,
      param1: param1,
      param2: param2,
      param3: param3,
      userRegisterTime: userRegisterTime,
      time: time
    )
  }

  /// Consumes `word` if it is here.
  @inline(__always)
  private mutating func take(_ word: StaticString) -> Bool {
    let count = word.utf8CodeUnitCount
    guard end &- position >= count, (base + position).equals(word) else { return false }
    position &+= count
    return true
  }

  @inline(__always)
  private mutating func number() -> Int64? {
    let start = position
    while position < end {
      let byte = base.load(fromByteOffset: position, as: UInt8.self)
      guard byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else { break }
      position &+= 1
    }
    guard case .value(let value) = DecimalText.signed(base + start, count: position &- start) else { return nil }
    return value
  }

  /// Empty text when the key isn't here; `nil` when its value is malformed.
  @inline(__always)
  private mutating func param(_ key: StaticString) -> TextSlice? { take(key) ? text() : TextSlice.empty }

  /// A string whose opening quote was consumed. That it is UTF-8 was made sure of before it was stored.
  @inline(__always)
  private mutating func text() -> TextSlice? {
    let start = position
    var encoding = TextSlice.Encoding.verbatim
    while position < end {
      if position &+ 8 <= end {
        let word = base.loadUnaligned(fromByteOffset: position, as: UInt64.self).littleEndian
        let marks = Bytes.needEscape(word)
        if marks == 0 {
          position &+= 8
          continue
        }
        position &+= marks.trailingZeroBitCount &>> 3
      }
      switch base.load(fromByteOffset: position, as: UInt8.self) {
      case UInt8(ascii: "\""):
        let slice = TextSlice(offset: start, count: position &- start, encoding: encoding)
        position &+= 1
        return slice
      case UInt8(ascii: "\\"):
        let length = JSONText.escapeLength(base + position, available: end &- position)
        guard length > 0 else { return nil }
        encoding = .jsonEscaped
        position &+= length
      case 0..<0x20:
        return nil
      default:
        position &+= 1
      }
    }
    return nil
  }
}
