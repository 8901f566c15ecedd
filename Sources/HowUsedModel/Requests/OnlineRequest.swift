/// A valid `getOnline`.
package struct OnlineRequest: Sendable, Equatable {
  package var botID: BotID
  package var token: TextSlice
  /// 1…600: more was asked for and capped.
  package var seconds: Int
}
