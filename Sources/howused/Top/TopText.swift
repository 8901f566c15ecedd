/// A ``TopSnapshot`` as text.
struct TopText {
  let snapshot: TopSnapshot
  /// Since the last one; nil for the first.
  let eventsPerSecond: Double?

  /// For what isn't a terminal: everything in one line.
  var line: String {
    let time = snapshot.time / 1000
    let online = snapshot.bots.reduce(0) { $0 + $1.online }
    return "time=\(time) events_per_second=\(eventsPerSecond.map { "\(Int($0.rounded()))" } ?? "-") online=\(online) "
      + "archive_lag=\(Self.seconds(snapshot.archiveLag)) statistics_lag=\(Self.seconds(snapshot.statisticsLag)) "
      + "stream=\(snapshot.waiting) redis_bytes=\(snapshot.usedMemory) bots=\(snapshot.botCount) "
      + "archiving=\(archiving)/\(snapshot.partitions) archivers=\(snapshot.archivers.count)"
  }

  /// How many partitions somebody archives now.
  private var archiving: Int { snapshot.archivers.values.reduce(0, +) }

  /// Of several servers on one archive one works, and the others, which Redis knows nothing of, stand by.
  private var archivers: String {
    switch snapshot.archivers.count {
    case 0: "; nobody archives: no server is running"
    case 1 where archiving == snapshot.partitions: "; one server archives, any others stand by"
    case let servers: "; \(archiving) of \(snapshot.partitions) partitions are archived, by \(servers) of the servers"
    }
  }

  /// At most so many lines of at most so many characters.
  func screen(width: Int, height: Int) -> [String] {
    let limit = snapshot.memoryLimit > 0 ? " of \(Self.bytes(snapshot.memoryLimit))" : ""
    var lines = [
      "HowUsed        \(snapshot.botCount) bots, \(snapshot.bots.reduce(0) { $0 + $1.online }) users online",
      "",
      "Events         \(eventsPerSecond.map { "\(Int($0.rounded()))" } ?? "–")/s, \(snapshot.waiting) in the streams",
      "Archive        \(Self.behind(snapshot.archiveLag, "everything is sealed"))\(archivers)",
      "Statistics     \(Self.behind(snapshot.statisticsLag, "everything is counted"))",
      "Redis memory   \(Self.bytes(snapshot.usedMemory))\(limit)",
      "",
      Self.row("BOT", "ONLINE", "USES/MIN", "NAME"),
    ]
    let room = max(0, height - lines.count - 2)
    for bot in snapshot.bots.prefix(room) {
      lines.append(Self.row("\(bot.id)", "\(bot.online)", "\(bot.lastMinute)", Self.printable(bot.name)))
    }
    if snapshot.bots.count > room { lines.append("… and \(snapshot.bots.count - room) more") }
    lines.append("")
    return lines.prefix(max(0, height - 1)).map { String($0.prefix(width)) } + ["q quits"]
  }

  private static func row(_ bot: String, _ online: String, _ uses: String, _ name: String) -> String {
    left(bot, 17) + right(online, 8) + right(uses, 10) + "  " + name
  }

  private static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }

  /// A name may hold what a terminal would obey.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.properties.generalCategory != .control }))
  }

  private static func behind(_ milliseconds: Int64, _ none: String) -> String {
    milliseconds == 0 ? none : "\(seconds(milliseconds)) s behind"
  }

  private static func seconds(_ milliseconds: Int64) -> String {
    milliseconds < 10_000 ? "\(Double(milliseconds / 100) / 10)" : "\(milliseconds / 1000)"
  }

  static func bytes(_ count: Int64) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(count) bytes" : "\((value * 10).rounded() / 10) \(units[unit])"
  }
}
