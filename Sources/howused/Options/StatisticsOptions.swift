import ArgumentParser
import HowUsedStatistics

/// How long statistics are kept how finely. Days are kept for ever.
struct StatisticsOptions: ParsableArguments {
  @Option(
    help: .setting(
      "statistics-minutes-hours",
      "How long statistics are kept by the minute, in hours.",
      valueName: "hours"
    )
  )
  var statisticsMinutesHours: Int = Settings.value("statistics-minutes-hours") ?? 48

  @Option(
    help: .setting(
      "statistics-quarters-days",
      "How long they are kept by quarters of an hour, of which hours and the days of all time zones are made, in days.",
      valueName: "days"
    )
  )
  var statisticsQuartersDays: Int = Settings.value("statistics-quarters-days") ?? 400

  @Flag(help: ArgumentHelp("Count nothing: only to measure what statistics cost.", visibility: .hidden))
  var noStatistics = false

  var retention: StatisticsRetention {
    var retention = StatisticsRetention()
    retention.minutes = Int64(statisticsMinutesHours) * 3600
    retention.quarters = Int64(statisticsQuartersDays) * 86_400
    return retention
  }

  func validate() throws {
    guard (48...720).contains(statisticsMinutesHours) else {
      throw ValidationError("--statistics-minutes-hours: \(statisticsMinutesHours) is not within 48 to 720")
    }
    guard (62...3660).contains(statisticsQuartersDays) else {
      throw ValidationError("--statistics-quarters-days: \(statisticsQuartersDays) is not within 62 to 3660")
    }
  }
}
