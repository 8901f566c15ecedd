import HowUsedModel

/// 2026-11-22T10:00:00Z.
let now: Int64 = 1_795_341_600

/// What a body says, copied out of it.
struct Decoded: Equatable {
  var type = ""
  var botID: Int64 = 0
  var token = ""
  var userID: Int64?
  var event: String?
  var params = ["", "", ""]
  var registerTime: Int64?
  var seconds: Int?
  var fragments: [String] = []
}

/// Decodes a body with a fresh decoder. Throws what a stranger is told as well as what only an authorised client is.
func decode(_ body: String, _ contentType: ContentType = .json) throws(RequestError) -> Decoded {
  try decode(Array(body.utf8), contentType)
}

func decode(_ body: [UInt8], _ contentType: ContentType = .json) throws(RequestError) -> Decoded {
  var decoder = RequestDecoder()
  return try decode(body, contentType, &decoder)
}

/// The body is copied into memory of exactly its size, so that a sanitizer sees any read beyond it.
func decode(
  _ body: [UInt8],
  _ contentType: ContentType,
  _ decoder: inout RequestDecoder
) throws(RequestError) -> Decoded {
  let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: body.count, alignment: 1)
  defer { memory.deallocate() }
  memory.copyBytes(from: body)
  let bytes = UnsafeRawBufferPointer(memory)
  let request = try decoder.decode(bytes, contentType: contentType, now: now)
  var result = Decoded()
  result.botID = request.botID.rawValue
  result.token = decoder.string(of: request.token, in: bytes)
  switch try request.body.get() {
  case .event(let event):
    result.type = event.kind == .event ? "event" : "update"
    result.userID = event.userID.rawValue
    result.event = event.kind == .event ? decoder.string(of: event.event, in: bytes) : nil
    result.params = [event.param1, event.param2, event.param3].map { decoder.string(of: $0, in: bytes) }
    result.registerTime = event.userRegisterTime
    result.fragments = [String(decoding: decoder.fragment(of: event, in: bytes), as: UTF8.self)]
  case .getOnline(let online):
    result.type = "getOnline"
    result.seconds = online.seconds
  case .events(let batch):
    result.type = "events"
    for event in batch.items {
      result.fragments.append(String(decoding: decoder.fragment(of: event, in: bytes), as: UTF8.self))
    }
  }
  return result
}

/// The error that a body is refused with.
func refusal(_ body: String, _ contentType: ContentType = .json) -> RequestError? {
  refusal(Array(body.utf8), contentType)
}

func refusal(_ body: [UInt8], _ contentType: ContentType = .json) -> RequestError? {
  do throws(RequestError) {
    _ = try decode(body, contentType)
    return nil
  } catch {
    return error
  }
}

/// The inside of a JSON `event` that is right but for what is added.
func event(_ rest: String, event: String = "common") -> String {
  #"{"botId":7,"apiToken":"t-1","requestType":"event","userId":42,"event":"\#(event)"\#(rest)}"#
}
