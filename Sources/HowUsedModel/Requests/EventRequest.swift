/// A valid `event` or `update`. Its texts are slices: they hold as long as the body and until the decoder's next use.
package struct EventRequest: Sendable, Equatable {
  package enum Kind: UInt8, Sendable {
    case event
    /// The deprecated form, which has no event name.
    case update
  }

  package var botID: BotID
  package var token: TextSlice
  package var kind: Kind
  /// Empty for `.update`.
  package var event: TextSlice
  package var userID: UserID
  package var param1: TextSlice
  package var param2: TextSlice
  package var param3: TextSlice
  /// Unix seconds; a fraction was cut off.
  package var userRegisterTime: Int64?
  /// When it happened, Unix milliseconds, if that isn't now: a batch may bring its own.
  package var time: Int64?
}
