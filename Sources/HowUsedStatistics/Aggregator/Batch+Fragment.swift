package import HowUsedModel

extension Batch {
  /// Counts what the stream holds. Returns false, and counts nothing, when it isn't a canonical fragment.
  /// - Parameters:
  ///   - time: when it happened, in Unix milliseconds, unless the fragment says so; nil: at the id's time.
  ///   - only: the bot to count; events of others are passed over.
  package mutating func add(
    _ id: StreamID,
    fragment: UnsafeRawBufferPointer,
    time: Int64? = nil,
    only: BotID? = nil
  ) -> Bool {
    guard let event = ArchivedEvent(fragment: fragment) else { return false }
    if let only, event.botID != only { return true }
    func text(_ slice: TextSlice) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: fragment[Int(slice.offset)..<Int(slice.offset) + Int(slice.count)])
    }
    add(
      bot: event.botID.rawValue,
      user: event.userID.rawValue,
      event: text(event.event),
      params: Params(text(event.param1), text(event.param2), text(event.param3)),
      milliseconds: event.time ?? time ?? Int64(clamping: id.milliseconds),
      sent: event.userRegisterTime ?? 0
    )
    return true
  }
}
