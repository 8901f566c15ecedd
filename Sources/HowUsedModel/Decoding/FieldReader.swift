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

  /// JSON integers and text that reads as one.
  @inline(__always)
  private func integer(_ value: FieldValue?) -> NumberText.Reading {
    guard let value, value.kind == .integer || value.kind == .text else { return .malformed }
    return NumberText.integer(start(of: value.slice), count: Int(value.slice.count))
  }
}
