internal import ByteText

/// Gives meaning to the fields of one request or one batch item: the rules of the API, one function a field.
///
/// Good only while the body and the decoder's scratch memory stay as they are.
struct FieldReader {
  let body: UnsafeRawPointer
  let scratch: UnsafeRawPointer
  /// Unix seconds.
  let now: Int64

  @inline(__always)
  func start(of slice: TextSlice) -> UnsafeRawPointer {
    (slice.encoding == .scratch ? scratch : body) + Int(slice.offset)
  }

  func bytes(of slice: TextSlice) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start(of: slice), count: Int(slice.count))
  }

  /// Whether an optional field was left out: form senders can write neither nothing nor null but as empty text.
  @inline(__always)
  func isAbsent(_ value: FieldValue?) -> Bool {
    guard let value else { return true }
    return value.kind == .null || value.kind == .text && value.slice.isEmpty
  }

  @inline(__always)
  func botID(_ value: FieldValue?) throws(RequestError) -> BotID {
    guard case .value(let number) = integer(value), let botID = BotID(rawValue: number) else {
      throw error(.invalidBotID, .botID, value, "an integer from 1 to \(Limits.botID.upperBound)")
    }
    return botID
  }

  @inline(__always)
  func userID(_ value: FieldValue?) throws(RequestError) -> UserID {
    guard case .value(let number) = integer(value), let userID = UserID(rawValue: number) else {
      throw error(.invalidUserID, .userID, value, "a signed 64-bit integer other than 0")
    }
    return userID
  }

  /// Absent is 120, above 600 is 600.
  func seconds(_ value: FieldValue?) throws(RequestError) -> Int {
    if isAbsent(value) { return Limits.defaultOnlineSeconds }
    switch integer(value) {
    case .value(let number) where number >= Limits.onlineSeconds.lowerBound:
      return Int(min(number, Int64(Limits.onlineSeconds.upperBound)))
    case .above:
      return Limits.onlineSeconds.upperBound
    default:
      throw error(.invalidSeconds, .seconds, value, "an integer of 1 or more (at most 600 are looked at)")
    }
  }

  /// The token's shape only. What is wrong with one that was sent is nobody's business.
  func token(_ value: FieldValue?) throws(RequestError) -> TextSlice {
    guard let value, value.kind == .text, Limits.tokenBytes.contains(Int(value.slice.count)) else {
      throw isAbsent(value) ? .missingToken : .unauthorized
    }
    return value.slice
  }

  @inline(__always)
  func param(_ name: FieldName, _ value: FieldValue?) throws(RequestError) -> TextSlice {
    guard let value else { return .empty }
    switch value.kind {
    case .text, .integer, .decimal, .boolean:
      guard value.slice.count <= Limits.paramBytes else {
        throw RequestError(
          .invalidParam,
          field: name.text,
          "\(name.text) must be at most \(Limits.paramBytes) bytes of UTF-8, got \(value.slice.count)"
        )
      }
      return value.slice
    case .null:
      return .empty
    case .brokenText, .array, .object:
      throw error(.invalidParam, name, value, "text of at most \(Limits.paramBytes) bytes")
    }
  }

  /// Text, or an integer as such; empty if not sent.
  @inline(__always)
  func eventID(_ value: FieldValue?) throws(RequestError) -> TextSlice {
    guard let value else { return .empty }
    return try eventID(sent: value)
  }

  private func eventID(sent value: FieldValue) throws(RequestError) -> TextSlice {
    if isAbsent(value) { return .empty }
    guard value.kind == .text || value.kind == .integer, value.slice.count <= Limits.eventIDBytes else {
      throw error(.invalidEventID, .eventID, value, "text of 1 to \(Limits.eventIDBytes) bytes, or an integer")
    }
    return value.slice
  }

  /// JSON integers and text that reads as one.
  @inline(__always)
  private func integer(_ value: FieldValue?) -> DecimalText.Reading {
    guard let value, value.kind == .integer || value.kind == .text else { return .malformed }
    return DecimalText.signed(start(of: value.slice), count: Int(value.slice.count))
  }

  /// 3 to 20 Unicode scalars, no control characters (C0, DEL, C1). The text is UTF-8 already.
  @inline(__always)
  func eventName(_ value: FieldValue?) throws(RequestError) -> TextSlice {
    guard let value, value.kind == .text else { throw eventError(value) }
    let start = start(of: value.slice)
    let count = Int(value.slice.count)
    // Most names are ASCII: then a scalar is a byte.
    if Bytes.isVisibleASCII(start, count: count), Limits.eventScalars.contains(count) { return value.slice }
    return try rareEventName(value.slice)
  }

  @inline(never)
  private func rareEventName(_ slice: TextSlice) throws(RequestError) -> TextSlice {
    var scalars = 0
    var hasControl = false
    var previous: UInt8 = 0
    for byte in bytes(of: slice) {
      if byte & 0xC0 != 0x80 { scalars &+= 1 }
      // C1 controls are U+0080…U+009F: 0xC2 and a byte below 0xA0.
      hasControl = hasControl || byte < 0x20 || byte == 0x7F || previous == 0xC2 && byte < 0xA0
      previous = byte
    }
    guard Limits.eventScalars.contains(scalars) else { throw eventLengthError(scalars) }
    guard !hasControl else {
      throw RequestError(.invalidEvent, field: "event", "event must not hold control characters")
    }
    return slice
  }

  private func eventError(_ value: FieldValue?) -> RequestError {
    error(.invalidEvent, .event, value, "text of 3 to 20 characters")
  }

  private func eventLengthError(_ scalars: Int) -> RequestError {
    RequestError(.invalidEvent, field: "event", "event must be 3 to 20 characters, got \(scalars)")
  }

  /// Unix seconds, the fraction cut off; `nil` if not sent. `userRegisterTime` wins over its alias.
  @inline(__always)
  func registerTime(_ fields: borrowing RequestFields) throws(RequestError) -> Int64? {
    if let value = fields[.userRegisterTime], !isAbsent(value) {
      return try registerTime(.userRegisterTime, value)
    }
    if let value = fields[.registerTime], !isAbsent(value) { return try registerTime(.registerTime, value) }
    return nil
  }

  private func registerTime(_ name: FieldName, _ value: FieldValue) throws(RequestError) -> Int64 {
    let latest = now + Limits.registerTimeAhead
    let range = Limits.earliestRegisterTime...max(latest, Limits.earliestRegisterTime)
    let reading = decimal(value, scale: 0)
    if case .value(let seconds) = reading, range.contains(seconds) { return seconds }
    if looksLikeMilliseconds(reading, range) { throw millisecondsError(.invalidUserRegisterTime, name) }
    throw error(
      .invalidUserRegisterTime,
      name,
      value,
      "unix seconds from \(Limits.earliestRegisterTime) (2010-01-01) to a day from now"
    )
  }

  /// By how many milliseconds our clock is ahead of the client's, which was `sentAt` when it sent the batch; 0 if not sent.
  func clockDifference(_ value: FieldValue?) throws(RequestError) -> Int64 {
    guard let value, value.kind != .null else { return 0 }
    let range = Limits.earliestRegisterTime...(2 * now)
    if value.kind == .integer || value.kind == .decimal, case .value(let sent) = decimal(value, scale: 3),
      range.contains(sent / 1000)
    {
      return now * 1000 - sent
    }
    if case .value(let sent) = decimal(value, scale: 0), range.contains(sent / 1000) {
      throw millisecondsError(.invalidSentAt, .sentAt)
    }
    throw error(.invalidSentAt, .sentAt, value, "a number, the client's clock in unix seconds")
  }

  /// When a batch's item happened, Unix milliseconds by our clock. JSON numbers only. Up to the end of the present
  /// second, because `now` is whole seconds.
  /// - Parameter difference: see ``clockDifference(_:)``.
  func backfillTime(_ value: FieldValue, _ difference: Int64) throws(RequestError) -> Int64 {
    let seconds = (now - Limits.backfillAge)...now
    guard value.kind == .integer || value.kind == .decimal else {
      throw error(.invalidTime, .time, value, "a number, unix seconds")
    }
    let reading = decimal(value, scale: 3)
    if case .value(let sent) = reading, case let (milliseconds, isBeyond) = sent.addingReportingOverflow(difference),
      !isBeyond
    {
      if milliseconds >= seconds.lowerBound * 1000, milliseconds < (now + 1) * 1000 { return milliseconds }
      if looksLikeMilliseconds(.value(milliseconds / 1000), seconds) { throw millisecondsError(.invalidTime, .time) }
    }
    throw error(.invalidTime, .time, value, "unix seconds, at most 7 days old and not in the future")
  }

  private func decimal(_ value: FieldValue, scale: Int) -> DecimalText.Reading {
    switch value.kind {
    // The usual way to write a time, and quicker to read.
    case .integer where scale == 0: DecimalText.signed(start(of: value.slice), count: Int(value.slice.count))
    case .integer, .decimal, .text: DecimalText.fraction(bytes(of: value.slice), scale: scale)
    default: .malformed
    }
  }

  private func looksLikeMilliseconds(_ reading: DecimalText.Reading, _ seconds: ClosedRange<Int64>) -> Bool {
    guard case .value(let number) = reading else { return false }
    return seconds.contains(number / 1000)
  }

  private func millisecondsError(_ code: ErrorCode, _ name: FieldName) -> RequestError {
    RequestError(
      code,
      field: name.text,
      "\(name.text) must be unix seconds, got what looks like milliseconds: divide it by 1000"
    )
  }

  /// "botId must be an integer from 1 to …, got null".
  @inline(never)
  func error(_ code: ErrorCode, _ name: FieldName, _ value: FieldValue?, _ expected: String) -> RequestError {
    guard let value, value.kind != .null else {
      return RequestError(code, field: name.text, "\(name.text) is missing; it must be \(expected)")
    }
    return RequestError(code, field: name.text, "\(name.text) must be \(expected), got \(words(value))")
  }

  /// What was sent, for a person: its kind, or a short safe excerpt.
  private func words(_ value: FieldValue) -> String {
    switch value.kind {
    case .text: value.slice.isEmpty ? "empty text" : "the text \"\(Excerpt.of(bytes(of: value.slice)))\""
    case .integer, .decimal: Excerpt.of(bytes(of: value.slice))
    default: value.kind.words
    }
  }
}
