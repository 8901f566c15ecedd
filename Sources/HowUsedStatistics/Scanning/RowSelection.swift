/// Which rows of a section a question is about, and which series each belongs to.
struct RowSelection {
  /// Of rows that aren't asked for.
  static let none: Int32 = -1
  /// Of rows of which nobody knows: a value that is asked for was among those that weren't kept.
  static let unattributed: Int32 = -2

  private let filter: EventFilter
  private let segment: ChartSegment?
  /// The event that deprecated updates count as; nil: they are counted apart.
  private let updatesName: [UInt8]?
  /// Whether updates that are counted apart are asked for, too: who is new or online is so with whatever they did.
  private let includesUpdates: Bool

  static let updateName = Array("update".utf8)

  init(_ filter: EventFilter, _ segment: ChartSegment?, updatesName: [UInt8]?, includesUpdates: Bool = false) {
    self.filter = filter
    self.segment = segment
    self.updatesName = updatesName
    self.includesUpdates = includesUpdates
  }

  /// Whether all rows are asked for, in one series.
  var isEverything: Bool { filter.isEverything && segment == nil && includesUpdates }

  /// - Parameter series: the number of a name; ``none`` for a name that isn't asked for.
  /// - Returns: of each row its series, ``none`` or ``unattributed``.
  func series(of section: Section, _ series: (_ name: [UInt8]) -> Int32) throws -> [Int32] {
    let rows = try section.rows()
    return self.series(texts: section.texts, values: rows.values, count: section.header.rows, series)
  }

  /// The same of any rows.
  /// - Parameters:
  ///   - texts: of each dimension the values.
  ///   - values: of each dimension the place of each row's value.
  func series(
    texts: [[[UInt8]]],
    values: [[UInt32]],
    count: Int,
    _ series: (_ name: [UInt8]) -> Int32
  ) -> [Int32] {
    let verdicts = verdicts(texts)
    let names = names(texts, series)
    let single = segment == nil ? series(ChartAnswer.allName) : Self.none
    return (0..<count).map { row in
      var isUnknown = false
      for place in 0..<4 {
        switch verdicts[place][Int(values[place][row])] {
        case .yes: break
        case .no: return Self.none
        case .unknown: isUnknown = true
        }
      }
      if isUnknown { return Self.unattributed }
      guard let segment else { return single }
      return names[Int(values[segment.place][row])]
    }
  }

  /// Which dimension alone tells a row's series, and the series of each of its values: ``SectionFigures/everything`` with one
  /// value when all rows are the same. Nil: more than one dimension tells it.
  func decisive(in section: Section, _ series: (_ name: [UInt8]) -> Int32) -> (dimension: Int, series: [Int32])? {
    let verdicts = verdicts(section.texts)
    let filtered = (0..<4).filter { !verdicts[$0].allSatisfy { $0 == .yes } }
    let dimensions = Set(filtered + (segment.map { [$0.place] } ?? []))
    guard dimensions.count <= 1 else { return nil }
    guard let dimension = dimensions.first else { return (SectionFigures.everything, [series(ChartAnswer.allName)]) }
    let names = names(section.texts, series)
    let single = segment == nil ? series(ChartAnswer.allName) : Self.none
    let decided = verdicts[dimension].enumerated().map { value, verdict in
      switch verdict {
      case .yes: segment == nil ? single : names[value]
      case .no: Self.none
      case .unknown: Self.unattributed
      }
    }
    return (decided.count == 1 ? SectionFigures.everything : dimension, decided)
  }

  /// Of each dimension what each of its values says about a row.
  private func verdicts(_ texts: [[[UInt8]]]) -> [[Verdict]] {
    [texts[0].map { event($0).verdict }]
      + (1...3).map { place in texts[place].map { verdict($0, filter.params[place - 1]) } }
  }

  /// Of each value of the dimension that rows are told apart by the series.
  private func names(_ texts: [[[UInt8]]], _ series: (_ name: [UInt8]) -> Int32) -> [Int32] {
    switch segment {
    case nil: []
    case .event?: texts[0].map { event($0) }.map { $0.verdict == .no ? Self.none : series($0.name) }
    case .param(let number)?: texts[number].map { series($0) }
    }
  }

  private enum Verdict {
    case yes
    case no
    case unknown
  }

  private func event(_ text: [UInt8]) -> (name: [UInt8], verdict: Verdict) {
    if text.isEmpty {
      if filter.updates { return (Self.updateName, .yes) }
      if let updatesName { return (updatesName, verdict(updatesName, filter.events)) }
      return ([], includesUpdates ? verdict([], filter.events) : .no)
    }
    return (text, filter.updates ? .no : verdict(text, filter.events))
  }

  private func verdict(_ text: [UInt8], _ choice: Choice) -> Verdict {
    if choice.isEverything { return .yes }
    if text == Section.otherValue { return .unknown }
    return choice.admits(text) ? .yes : .no
  }
}
