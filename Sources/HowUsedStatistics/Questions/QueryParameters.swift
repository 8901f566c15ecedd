internal import ByteText
package import HowUsedModel

/// The parameters of a query, by name. Empty ones are absent.
package struct QueryParameters: Sendable {
  private let values: [String: [String]]

  package init(_ parameters: [(name: String, value: String)]) {
    var values: [String: [String]] = [:]
    for parameter in parameters where !parameter.value.isEmpty {
      values[parameter.name, default: []].append(parameter.value)
    }
    self.values = values
  }

  /// All values of a name, in their order.
  func all(_ name: String) -> [String] { values[name] ?? [] }

  /// The value of a name; nil when it's absent.
  ///
  /// - Throws: 400 when it's there twice: nobody knows which one is meant.
  package func one(_ name: String) throws(RequestError) -> String? {
    let values = all(name)
    guard values.count <= 1 else { throw Self.wrong(name, "\(name) is given twice") }
    return values.first
  }

  /// An integer in decimal digits.
  package func integer(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(RequestError) -> Int {
    guard let text = try one(name) else { return value }
    guard let number = Int(text), range.contains(number) else {
      throw Self.wrong(name, "\(name) must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// One of an enumeration's words.
  package func word<Word: RawRepresentable & CaseIterable>(_ name: String) throws(RequestError) -> Word?
  where Word.RawValue == String {
    guard let text = try one(name) else { return nil }
    return try Self.word(text, name)
  }

  /// Some of an enumeration's words, separated by commas, each once, in their order; none when it's absent.
  func words<Word: RawRepresentable & CaseIterable & Hashable>(_ name: String) throws(RequestError) -> [Word]
  where Word.RawValue == String {
    var words: [Word] = []
    for text in try one(name)?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
      let word: Word = try Self.word(String(text), name)
      if !words.contains(word) { words.append(word) }
    }
    return words
  }

  private static func word<Word: RawRepresentable & CaseIterable>(
    _ text: String,
    _ name: String
  ) throws(RequestError) -> Word
  where Word.RawValue == String {
    guard let word = Word(rawValue: text) else {
      let words = Word.allCases.map(\.rawValue)
      throw wrong(name, "\(name) must be \(words.dropLast().joined(separator: ", ")) or \(words.last ?? "")")
    }
    return word
  }

  static func wrong(_ field: String, _ detail: String) -> RequestError {
    RequestError(.badRequest, field: field, detail)
  }

  // MARK: Which events

  /// How many values of the event's name, or of a param, can be chosen.
  package static let choiceLimit = 50
  /// The longest name of an event in scalars: as deprecated updates may be given one.
  package static let eventScalars = 50

  /// `event`, `param_1`…`param_3` and `type`.
  package func filter() throws(RequestError) -> EventFilter {
    var filter = EventFilter()
    filter.events = try choice("event") { text throws(RequestError) in
      guard text.unicodeScalars.count <= Self.eventScalars else {
        throw Self.wrong("event", "an event's name has at most \(Self.eventScalars) characters")
      }
    }
    for number in 1...3 {
      let name = "param_\(number)"
      filter.params[number - 1] = try choice(name) { text throws(RequestError) in
        guard text.utf8.count <= Limits.paramBytes else {
          throw Self.wrong(name, "a value of \(name) has at most \(Limits.paramBytes) bytes")
        }
      }
    }
    filter.updates = try type() == .update
    return filter
  }

  private enum EventType: String, CaseIterable {
    case event
    case update
  }

  private func type() throws(RequestError) -> EventType? { try word("type") }

  /// `a,b`: any of these. `!a,b`: none of these. A backslash takes the next character as it is.
  private func choice(
    _ name: String,
    check: (String) throws(RequestError) -> Void
  ) throws(RequestError) -> Choice {
    var isExcluded: Bool?
    // Not of texts: those that look the same need not be the same bytes.
    var chosen: Set<[UInt8]> = []
    for text in all(name) {
      var list = text.unicodeScalars[...]
      let isNegated = list.first == "!"
      if isNegated { list = list.dropFirst() }
      let values = try Self.split(list, name)
      guard !isNegated || !values.isEmpty else { throw Self.wrong(name, "behind ! \(name) must have a value") }
      if values.isEmpty { continue }
      guard isExcluded == nil || isExcluded == isNegated else {
        throw Self.wrong(name, "\(name) must be given either always with ! in front or never")
      }
      isExcluded = isNegated
      for value in values {
        try check(value)
        chosen.insert(JSONText.escaped(value))
        guard chosen.count <= Self.choiceLimit else {
          throw Self.wrong(name, "\(name) may have at most \(Self.choiceLimit) values")
        }
      }
    }
    return Choice(Array(chosen), isExcluded: isExcluded ?? false)
  }

  /// The values of a list, those that are empty left out.
  private static func split(_ list: Substring.UnicodeScalarView, _ name: String) throws(RequestError) -> [String] {
    var values: [String] = []
    var value = String.UnicodeScalarView()
    var rest = list
    var isFirst = true
    while let scalar = rest.popFirst() {
      switch scalar {
      case ",":
        if !value.isEmpty { values.append(String(value)) }
        value = .init()
        isFirst = true
        continue
      case "\\":
        guard let next = rest.popFirst() else {
          throw wrong(name, #"\#(name) ends with a single backslash: write \\ for one"#)
        }
        value.append(next)
      case "!" where isFirst:
        throw wrong(name, #"write ! once, in front of all of \#(name); a value that begins with ! is written \!"#)
      default: value.append(scalar)
      }
      isFirst = false
    }
    if !value.isEmpty { values.append(String(value)) }
    return values
  }

  // MARK: Which time

  /// `tz`, `period`, `from` and `to`.
  package func timelineRequest(_ retention: StatisticsRetention) throws(RequestError) -> TimelineRequest {
    var request = TimelineRequest()
    request.retention = retention
    request.days = try zone().days
    if let text = try one("period") {
      guard let period = Self.duration(text) else {
        throw Self.wrong("period", "period must be a number followed by m, h, d or w, such as 30m, 24h or 3d")
      }
      request.period = period
    }
    request.from = try time("from", request.days)
    request.to = try time("to", request.days)
    return request
  }

  /// The time zone and its name.
  func zone() throws(RequestError) -> (days: LocalDays, name: String) {
    guard let text = try one("tz") else { return (.utc, "UTC") }
    guard let days = LocalDays(identifier: text) else {
      throw Self.wrong("tz", "tz must be a time zone's name, such as Europe/Moscow")
    }
    return (days, text)
  }

  /// Seconds; nil: whatever suits.
  func divider() throws(RequestError) -> Int64? {
    guard let text = try one("divider"), text != "auto" else { return nil }
    guard let step = Self.duration(text), TimelineRequest.steps.contains(step) else {
      throw Self.wrong("divider", "divider must be auto, 1m, 5m, 15m, 1h, 24h or 7d")
    }
    return step
  }

  private func time(_ name: String, _ days: LocalDays) throws(RequestError) -> Int64? {
    guard let text = try one(name) else { return nil }
    if let seconds = Int64(text), (0...UTCTime.maximumMilliseconds / 1000).contains(seconds) { return seconds }
    if let seconds = Self.time(text, days) { return seconds }
    throw Self.wrong(
      name,
      "\(name) must be unix seconds, a date such as 2026-11-22, or a time such as 2026-11-22T10:00:00Z"
    )
  }

  /// Unix seconds of a date, which is that day in the zone; of a time in UTC (`Z`) or with its offset (`+03:00`); or of a
  /// time in the zone.
  private static func time(_ text: String, _ days: LocalDays) -> Int64? {
    guard text.utf8.count <= 40 else { return nil }
    if let milliseconds = UTCTime.parse(text) {
      return text.utf8.count == 10 ? days.start(ofDay: milliseconds / 86_400_000) : milliseconds / 1000
    }
    if let milliseconds = UTCTime.parse(text + "Z") { return days.instant(ofLocal: milliseconds / 1000) }
    let end = Array(text.utf8.suffix(6))
    guard end.count == 6, end[3] == UInt8(ascii: ":"), let local = UTCTime.parse(text.dropLast(6) + "Z"),
      let hours = DecimalText.unsigned(end[1...2]), let minutes = DecimalText.unsigned(end[4...5]), hours < 24,
      minutes < 60
    else { return nil }
    let offset = Int64(hours * 3600 + minutes * 60)
    switch end[0] {
    case UInt8(ascii: "-"): return local / 1000 + offset
    // Who forgets to write a plus as %2B sends a blank.
    case UInt8(ascii: "+"), UInt8(ascii: " "): return local / 1000 - offset
    default: return nil
    }
  }

  /// Seconds of `30m`, `24h`, `3d`, `2w`; at most a hundred years.
  static func duration(_ text: String) -> Int64? {
    let digits = text.utf8.dropLast()
    guard let unit = text.utf8.last, digits.count <= 8, let count = DecimalText.unsigned(digits), count > 0 else {
      return nil
    }
    let seconds: Int64
    switch unit {
    case UInt8(ascii: "m"): seconds = 60
    case UInt8(ascii: "h"): seconds = 3600
    case UInt8(ascii: "d"): seconds = 86_400
    case UInt8(ascii: "w"): seconds = 604_800
    default: return nil
    }
    let length = Int64(count) * seconds
    return length <= 36_600 * 86_400 ? length : nil
  }
}
