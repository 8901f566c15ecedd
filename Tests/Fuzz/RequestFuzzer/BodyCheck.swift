import HowUsedModel

/// Decodes a body, and checks what can be said about any.
enum BodyCheck {
  /// 2026-11-22T10:00:00Z.
  private static let now: Int64 = 1_795_341_600

  static func run(_ body: UnsafeRawBufferPointer, _ type: ContentType) {
    var decoder = RequestDecoder()
    let first = read(body, type, &decoder)
    precondition(read(body, type, &decoder) == first, "what a decoder has read before makes no difference")
  }

  /// What is stored of the body's events, or why there are none.
  private static func read(_ body: UnsafeRawBufferPointer, _ type: ContentType, _ decoder: inout RequestDecoder)
    -> Result<[[UInt8]], RequestError>
  {
    do throws(RequestError) {
      let request = try decoder.decode(body, contentType: type, now: now)
      _ = decoder.string(of: request.token, in: body)
      switch try request.body.get() {
      case .event(let event): return .success([fragment(of: event, body, &decoder)])
      case .events(let batch): return .success(batch.items.map { fragment(of: $0, body, &decoder) })
      case .getOnline(let online):
        precondition(Limits.onlineSeconds.contains(online.seconds), "a window of \(online.seconds) s")
        return .success([])
      }
    } catch {
      return .failure(error)
    }
  }

  private static func fragment(
    of event: EventRequest,
    _ body: UnsafeRawBufferPointer,
    _ decoder: inout RequestDecoder
  ) -> [UInt8] {
    let fragment = decoder.fragment(of: event, in: body)
    let stored = ArchivedEvent(fragment: fragment)
    precondition(
      stored?.botID == event.botID && stored?.userID == event.userID && stored?.kind == event.kind
        && stored?.userRegisterTime == event.userRegisterTime && stored?.time == event.time,
      "what is stored can be read"
    )
    return Array(fragment)
  }
}
