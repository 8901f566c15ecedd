/// Which events are asked for: those that meet every condition.
package struct EventFilter: Hashable, Sendable {
  /// By name.
  package var events = Choice.everything
  /// By the values of param 1, 2 and 3: always three.
  package var params = [Choice](repeating: .everything, count: 3)
  /// Deprecated updates instead of events. They have no name and no params: all of these are empty. Once they are migrated
  /// they count as that event as well, everywhere.
  package var updates = false

  package init() {}

  /// Whether any event will do.
  package var isEverything: Bool { !updates && events.isEverything && params.allSatisfy(\.isEverything) }

  /// The choice of a ``ChartSegment/place``.
  package func choice(_ segment: ChartSegment) -> Choice {
    switch segment {
    case .event: events
    case .param(let number): params[number - 1]
    }
  }
}

/// Which values of an event's name or of a param are asked for: any, some, or all but some.
package struct Choice: Hashable, Sendable {
  /// As stored, with JSON escapes; each once, ascending by bytes. An event without the param has the empty value.
  package let values: [[UInt8]]
  /// Whether the values are those that are not asked for.
  package let isExcluded: Bool

  /// Any value.
  package static let everything = Choice([])

  /// - Parameter values: in any order. None means any value, whatever `isExcluded` says.
  package init(_ values: [[UInt8]], isExcluded: Bool = false) {
    self.values = Set(values).sorted { $0.lexicographicallyPrecedes($1) }
    self.isExcluded = isExcluded && !values.isEmpty
  }

  /// Whether any value will do.
  package var isEverything: Bool { values.isEmpty }

  /// - Parameter value: as stored.
  package func admits(_ value: some Sequence<UInt8>) -> Bool {
    isEverything || values.contains { $0.elementsEqual(value) } != isExcluded
  }
}
