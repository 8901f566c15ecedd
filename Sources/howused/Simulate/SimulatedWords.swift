/// What the simulated bot is: what can be done with it, and who comes.
enum SimulatedWords {
  /// The first one is the most frequent one, the second comes half as often, the third a third as often…
  static let events = [
    "message", "menu", "каталог", "поиск", "товар", "корзина", "/help", "профиль", "inline_query", "избранное",
    "button_next", "настройки", "заказ", "payment", "/lang", "подписка", "поделиться", "🎁 бонус", "отзыв", "/stop",
  ]
  /// What most sessions begin with.
  static let start = "/start"

  struct Language {
    let code: String
    /// Of all users.
    let share: Double
    /// Minutes ahead of UTC, where most of them live.
    let zone: Int64
  }

  static let languages = [
    Language(code: "ru", share: 0.36, zone: 180), Language(code: "en", share: 0.2, zone: 0),
    Language(code: "uk", share: 0.1, zone: 120), Language(code: "uz", share: 0.08, zone: 300),
    Language(code: "fa", share: 0.06, zone: 210), Language(code: "es", share: 0.05, zone: -240),
    Language(code: "de", share: 0.05, zone: 60), Language(code: "pt-br", share: 0.04, zone: -180),
    Language(code: "tr", share: 0.03, zone: 180), Language(code: "kk", share: 0.03, zone: 300),
  ]

  /// Where those come from whom no campaign brings, by frequency as ``events``. Many come by themselves.
  static let sources = [
    "", "friend", "channel_news", "search", "catalog", "chat_moscow", "site", "bots_list", "channel_deals", "chat_kyiv",
    "instagram", "youtube", "qr_poster", "vk", "email", "tiktok", "chat_travel", "partner_07", "partner_12",
    "qr_receipt", "channel_tech", "forum", "partner_21", "blog",
  ]
  /// What campaigns are called; the date when they began is added.
  static let campaigns = ["ads", "blogger", "giveaway", "promo", "channel_post"]

  private static let eventsTotal = total(events.count)
  private static let sourcesTotal = total(sources.count)

  /// - Parameter part: within 0..<1.
  static func event(at part: Double) -> String { events[rank(part * eventsTotal, of: events.count)] }

  /// - Parameter part: within 0..<1.
  static func source(at part: Double) -> String { sources[rank(part * sourcesTotal, of: sources.count)] }

  private static func total(_ count: Int) -> Double { (1...count).reduce(0) { $0 + 1 / Double($1) } }

  private static func rank(_ place: Double, of count: Int) -> Int {
    var rest = place
    for rank in 0..<count {
      rest -= 1 / Double(rank + 1)
      if rest < 0 { return rank }
    }
    return 0
  }

  /// - Parameter part: within 0..<1.
  static func language(at part: Double) -> Int {
    var rest = part
    for (number, language) in languages.enumerated() {
      rest -= language.share
      if rest < 0 { return number }
    }
    return 0
  }
}
