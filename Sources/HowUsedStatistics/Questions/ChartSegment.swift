/// What a chart is divided by, or a list is made of.
package enum ChartSegment: Hashable, Sendable {
  case event
  /// 1…3.
  case param(Int)

  package init?(_ text: String) {
    switch text {
    case "event": self = .event
    case "param_1": self = .param(1)
    case "param_2": self = .param(2)
    case "param_3": self = .param(3)
    default: return nil
    }
  }

  /// As in a query.
  package var name: String {
    switch self {
    case .event: "event"
    case .param(let number): "param_\(number)"
    }
  }

  /// 0 for the event, 1…3 for the params.
  package var place: Int {
    switch self {
    case .event: 0
    case .param(let number): number
    }
  }
}
