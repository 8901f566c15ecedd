import HowUsedModel
import HowUsedStore

extension BotRecord {
  /// The day of registration in UTC: `2026-11-22`.
  var createdDay: String {
    String(UTCTime.text(unixMilliseconds: created * 1000).prefix(10))
  }
}
