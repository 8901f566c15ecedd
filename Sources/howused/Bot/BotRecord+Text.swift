import HowUsedModel
import HowUsedStore

extension BotRecord {
  /// The day of registration in UTC: `2026-11-22`.
  var createdDay: String {
    UTCTime.date(milliseconds: created * 1000)
  }
}
