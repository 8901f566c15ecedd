package import NIOCore

/// Reads the body of an API request, whatever form it has, and checks everything that needs no storage.
///
/// One per event loop: its memory is used again for each request, so that an ordinary one allocates nothing. The slices
/// in what it returns hold while the body's bytes do and until the next ``decode(_:contentType:now:)``.
///
/// The form of a body is decided by its look first, since people send JSON with curl's default type: one that begins
/// with `{` is JSON unless it is declared multipart.
package struct RequestDecoder: ~Copyable {
  var fields = RequestFields()
  var itemFields = RequestFields()
  var batch = BatchReading()
  var scratch = TextScratch()
  private let fragmentSpace: UnsafeMutableRawBufferPointer

  package init() {
    // JSONText.write may store up to 8 bytes past what it reports.
    fragmentSpace = .allocate(byteCount: Limits.fragmentBytes + 64, alignment: 16)
  }

  deinit { fragmentSpace.deallocate() }

  /// - Parameters:
  ///   - body: at most ``Limits/bodyBytes``; a longer one is refused.
  ///   - now: Unix seconds, for the limits of times.
  /// - Throws: what may be told to anyone: an unreadable body, a missing or impossible bot, a missing token. All else
  ///   that is wrong is in the result's `body`, for after the sender is authorised.
  package mutating func decode(
    _ body: UnsafeRawBufferPointer,
    contentType: ContentType,
    now: Int64
  ) throws(RequestError) -> DecodedRequest {
    guard body.count <= Limits.bodyBytes else { throw .payloadTooLarge }
    fields.removeAll()
    batch.removeAll()
    scratch.begin(bodyCount: body.count)
    let isJSON = try scan(body, contentType, now: now)

    let reader = reader(body, now: now)
    let botID = try reader.botID(fields[.botID])
    let token = try reader.token(fields[.apiToken])
    do throws(RequestError) {
      return DecodedRequest(
        botID: botID,
        token: token,
        body: .success(try request(botID, token, reader, isJSON: isJSON))
      )
    } catch {
      return DecodedRequest(botID: botID, token: token, body: .failure(error))
    }
  }

  /// The text of a slice of the last decoded request, in UTF-8.
  @inline(__always)
  package func bytes(of slice: TextSlice, in body: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    slice.isEmpty ? UnsafeRawBufferPointer(start: nil, count: 0) : reader(body, now: 0).bytes(of: slice)
  }

  package func string(of slice: TextSlice, in body: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes(of: slice, in: body), as: UTF8.self)
  }

  /// The stored form of one of the last decoded request's events. Holds until the decoder's next use.
  package mutating func fragment(
    of request: EventRequest,
    in body: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    guard let base = fragmentSpace.baseAddress else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let count = EventFragment.write(request, reader(body, now: 0), to: base)
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  /// As ``fragment(of:in:)``, appended to `buffer`. Returns the bytes written.
  @discardableResult
  package func writeFragment(
    of request: EventRequest,
    in body: UnsafeRawBufferPointer,
    to buffer: inout ByteBuffer
  ) -> Int {
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: fragmentSpace.count) { space in
      guard let base = space.baseAddress else { return 0 }
      return EventFragment.write(request, reader(body, now: 0), to: base)
    }
  }

  @inline(__always)
  func reader(_ body: UnsafeRawBufferPointer, now: Int64) -> FieldReader {
    FieldReader(
      body: body.baseAddress ?? UnsafeRawPointer(scratch.base),
      scratch: UnsafeRawPointer(scratch.base),
      now: now
    )
  }

  enum Form {
    case json, form, multipart, unsupported
  }

  /// Finds out the body's form and reads it into `fields`. Returns whether it was JSON.
  mutating func scan(
    _ body: UnsafeRawBufferPointer,
    _ contentType: ContentType,
    now: Int64
  ) throws(RequestError) -> Bool {
    switch Self.form(of: body, contentType) {
    case .json:
      try scanJSON(body, now: now)
      return true
    case .form:
      try scanForm(body)
    case .multipart:
      guard case .multipart(let boundary) = contentType else { throw .unsupportedMediaType }
      try scanMultipart(body, boundary: boundary)
    case .unsupported:
      throw .unsupportedMediaType
    }
    return false
  }

  /// What the body is. Its declared type decides only where its look doesn't: curl declares a form whatever it sends.
  @inline(__always)
  static func form(of body: UnsafeRawBufferPointer, _ contentType: ContentType) -> Form {
    var index = 0
    while index < body.count, body[index] <= 0x20 { index &+= 1 }
    if index < body.count, body[index] == UInt8(ascii: "{") { return .json }
    switch contentType {
    case .form, .unknown: return .form
    case .json: return looksLikeForm(body, from: index) ? .form : .json
    case .multipart: return looksLikeForm(body, from: index) ? .form : .multipart
    case .unsupported: return looksLikeForm(body, from: index) ? .form : .unsupported
    }
  }

  /// Whether the body starts with a form's name and `=`: letters, digits and what else a name of ours could hold.
  private static func looksLikeForm(_ body: UnsafeRawBufferPointer, from start: Int) -> Bool {
    for byte in body[start...].prefix(64) {
      switch byte {
      case UInt8(ascii: "="): return true
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "%"):
        continue
      default: return false
      }
    }
    return false
  }

  /// Puts a field of a form among the others; `value` is not known to be UTF-8.
  mutating func insert(
    _ name: UnsafeRawBufferPointer,
    _ value: TextSlice,
    _ body: UnsafeRawBufferPointer
  ) throws(RequestError) {
    let bytes = name.baseAddress.flatMap { FieldName.of($0, count: name.count) }
    guard let field = bytes else {
      guard fields.insertUnknown(name) else { throw Self.duplicate(Excerpt.of(name)) }
      return
    }
    let isText = Bytes.isUTF8(self.bytes(of: value, in: body))
    guard fields.insert(field, FieldValue(kind: isText ? .text : .brokenText, slice: value)) else {
      throw Self.duplicate(field.text)
    }
  }

  /// The request that the fields make up.
  mutating func request(
    _ botID: BotID,
    _ token: TextSlice,
    _ reader: FieldReader,
    isJSON: Bool
  ) throws(RequestError) -> APIRequest {
    switch try requestType(reader) {
    case .event: .event(try Self.event(.event, botID, token, fields, reader))
    case .update: .event(try Self.event(.update, botID, token, fields, reader))
    case .getOnline:
      .getOnline(OnlineRequest(botID: botID, token: token, seconds: try reader.seconds(fields[.seconds])))
    case .events: .events(try batch.request(botID, token, fields, reader, isJSON: isJSON))
    }
  }

  private enum RequestType {
    case event, update, getOnline, events
  }

  /// Missing means the deprecated `update`.
  private func requestType(_ reader: FieldReader) throws(RequestError) -> RequestType {
    guard let value = fields[.requestType], value.kind != .null else { return .update }
    if value.kind == .text {
      let start = reader.start(of: value.slice)
      switch value.slice.count {
      case 5 where start.equals("event"): return .event
      case 9 where start.equals("getOnline"): return .getOnline
      case 6 where start.equals("update"): return .update
      case 6 where start.equals("events"): return .events
      default: break
      }
    }
    throw reader.error(.invalidRequestType, .requestType, value, "event, events, getOnline or update")
  }

  @inline(__always)
  static func event(
    _ kind: EventRequest.Kind,
    _ botID: BotID,
    _ token: TextSlice,
    _ fields: borrowing RequestFields,
    _ reader: FieldReader
  ) throws(RequestError) -> EventRequest {
    EventRequest(
      botID: botID,
      token: token,
      kind: kind,
      event: kind == .event ? try reader.eventName(fields[.event]) : .empty,
      userID: try reader.userID(fields[.userID]),
      param1: try reader.param(.param1, fields[.param1]),
      param2: try reader.param(.param2, fields[.param2]),
      param3: try reader.param(.param3, fields[.param3]),
      userRegisterTime: try reader.registerTime(fields),
      time: nil,
      eventID: try reader.eventID(fields[.eventID])
    )
  }
}
