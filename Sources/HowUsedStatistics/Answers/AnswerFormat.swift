/// How an answer is written.
package enum AnswerFormat: String, CaseIterable, Sendable {
  case json
  case csv

  package var mediaType: String {
    switch self {
    case .json: "application/json"
    case .csv: "text/csv; charset=utf-8"
    }
  }
}
