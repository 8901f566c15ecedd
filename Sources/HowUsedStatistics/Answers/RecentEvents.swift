package import HowUsedModel

/// A bot's last events.
package struct RecentEvents: Sendable, Equatable {
  package struct Event: Sendable, Equatable {
    package var id: StreamID
    /// When it happened: unix milliseconds.
    package var time: Int64
    package var user: UserID
    /// As stored, with JSON escapes; nil: a deprecated update.
    package var event: [UInt8]?
    /// Param 1, 2 and 3, as stored: always three; empty: the event doesn't have it.
    package var params: [[UInt8]]

    package init(id: StreamID, time: Int64, user: UserID, event: [UInt8]?, params: [[UInt8]] = [[], [], []]) {
      self.id = id
      self.time = time
      self.user = user
      self.event = event
      self.params = params
    }
  }

  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64
  /// The newest first.
  package var events: [Event]

  package static let limits = 1...50

  package init(asOf: Int64, events: [Event]) {
    self.asOf = asOf
    self.events = events
  }
}
