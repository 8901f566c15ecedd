package import HowUsedModel
package import HowUsedStore

extension Batch {
  /// Counts what the stream holds. Returns false, and counts nothing, when it isn't an event of ours.
  /// - Parameter only: the bot to count; events of others are passed over.
  package mutating func add(_ entry: StreamEntry, only: BotID? = nil) -> Bool {
    guard let event = entry.event else { return false }
    add(event, in: entry.fragment, at: event.time ?? Int64(clamping: entry.id.milliseconds), only: only)
    return true
  }

  /// - Parameters:
  ///   - fragment: what the event's slices are of.
  ///   - time: when it happened, in Unix milliseconds.
  ///   - only: the bot to count; events of others are passed over.
  package mutating func add(
    _ event: ArchivedEvent,
    in fragment: UnsafeRawBufferPointer,
    at time: Int64,
    only: BotID? = nil
  ) {
    if let only, event.botID != only { return }
    func text(_ slice: TextSlice) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(rebasing: fragment[Int(slice.offset)..<Int(slice.offset) + Int(slice.count)])
    }
    add(
      bot: event.botID.rawValue,
      user: event.userID.rawValue,
      event: text(event.event),
      params: Params(text(event.param1), text(event.param2), text(event.param3)),
      milliseconds: time,
      sent: event.userRegisterTime ?? 0
    )
  }
}
