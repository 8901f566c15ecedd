/// What a token allows.
package enum BotAccess: Sendable, Equatable {
  /// Write events and read everything.
  case api
  /// Read counts and charts.
  case view
}
