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
