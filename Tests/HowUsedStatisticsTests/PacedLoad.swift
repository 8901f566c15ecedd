/// Users who send events at a steady pace, all day long.
struct PacedLoad {
  let bots: Int
  /// Of each bot.
  let users: Int
  let seconds: Int
  var random: SplitMix

  private static let names = [
    "message", "start", "callback_query", "settings", "регистрация", "inline_query", "subscribe", "payment_ok",
  ]
  private static let languages = ["en", "ru", "de", "es", "uk", "pt-br"]

  /// Any event of a user; which bot's it is, and the language, go with the user.
  mutating func event(_ user: Int64) -> TestEvent {
    TestEvent(
      bot: user % Int64(bots) + 1,
      user: user &* 48_271,
      event: Self.names.randomElement(using: &random),
      params: [Self.languages[Int(user / 7 % 6)]],
      time: 0
    )
  }

  /// Of the second (from 0): each user's turn comes `perMinute` times a minute.
  mutating func events(ofSecond second: Int, perMinute: Int) -> [TestEvent] {
    let turns = 60 / perMinute
    var events: [TestEvent] = []
    for user in stride(from: second % turns, to: bots * users, by: turns) { events.append(event(Int64(user + 1))) }
    return events
  }
}
