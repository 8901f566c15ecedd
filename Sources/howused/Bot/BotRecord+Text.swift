import HowUsedModel
import HowUsedStore

extension BotRecord {
  /// The day of registration in UTC: `2026-11-22`; the nearest from 1970 to 9999 when something else was stored.
  var createdDay: String {
    UTCTime.date(milliseconds: min(max(created, 0), UTCTime.maximumMilliseconds / 1000) * 1000)
  }
}
