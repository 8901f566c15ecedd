import HowUsedModel

/// What `howused top` shows, as of one moment.
struct TopSnapshot: Sendable {
  struct Bot: Sendable {
    let id: BotID
    let name: String
    let online: Int64
    let lastMinute: Int64
  }

  /// Redis's time, in Unix milliseconds.
  var time: Int64 = 0
  /// Events that were ever added to the streams.
  var added: Int64 = 0
  /// Entries in the streams.
  var waiting: Int64 = 0
  /// How old the oldest event is that isn't in a sealed file, in milliseconds; 0: none.
  var archiveLag: Int64 = 0
  /// How old the oldest event is that isn't counted, in milliseconds; 0: none.
  var statisticsLag: Int64 = 0
  /// The processes that archive, and how many partitions each.
  var archivers: [String: Int] = [:]
  var partitions = 0
  var usedMemory: Int64 = 0
  /// 0: no limit.
  var memoryLimit: Int64 = 0
  /// The busiest first.
  var bots: [Bot] = []
  var botCount = 0
}
