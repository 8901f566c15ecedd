package import HowUsedModel

/// Which events are exported: all that meet every condition.
package struct ExportFilter: Sendable, Equatable {
  package var bot: BotID?
  /// Unix milliseconds of the events' `time`: from this one on ...
  package var from: Int64?
  /// ... and before this one.
  package var to: Int64?
  package var event: String? {
    didSet { eventText = event.map(JSONText.escaped) }
  }
  /// The event as it is in a line, escaped.
  private var eventText: [UInt8]?

  package init() {}

  /// Whether a segment can hold such events at all.
  package func canMatch(_ footer: SegmentFooter) -> Bool {
    if let from, footer.maxTime < from { return false }
    if let to, footer.minTime >= to { return false }
    return true
  }

  /// - Parameter fragment: the bytes that the event's slices are of.
  func matches(_ event: ArchivedEvent, time: Int64, in fragment: UnsafeRawBufferPointer) -> Bool {
    if let bot, event.botID != bot { return false }
    if let from, time < from { return false }
    if let to, time >= to { return false }
    guard let eventText else { return true }
    return event.kind == .event && event.event.bytes(in: fragment).elementsEqual(eventText)
  }
}

extension TextSlice {
  func bytes(in fragment: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: fragment[Int(offset)..<Int(offset + count)])
  }
}
