import Foundation
import HowUsedModel
import NIOCore
import Testing

@testable import HowUsedServer
@testable import HowUsedStatistics

/// The rules of https://spec.openapis.org/oas/v3.1.0 that the document could break without anybody noticing.
@Suite struct OpenAPIDocumentTests {
  private let document: [String: Any]

  init() throws {
    document = try #require(
      try JSONSerialization.jsonObject(with: Data(OpenAPIRoute.document.readableBytesView)) as? [String: Any]
    )
  }

  /// All objects of the document.
  private func objects(in value: Any) -> [[String: Any]] {
    switch value {
    case let object as [String: Any]: [object] + object.values.flatMap { objects(in: $0) }
    case let array as [Any]: array.flatMap { objects(in: $0) }
    default: []
    }
  }

  /// What a reference such as `#/components/schemas/Chart` points at.
  private func target(_ reference: String) -> [String: Any]? {
    reference.split(separator: "/").dropFirst().reduce(document) {
      ($0 as [String: Any]?)?[String($1)] as? [String: Any]
    }
  }

  private func resolved(_ object: [String: Any]) throws -> [String: Any] {
    guard let reference = object["$ref"] as? String else { return object }
    return try #require(target(reference), "\(reference)")
  }

  @Test func everyReferenceHasATargetAndEveryComponentAReference() throws {
    let references = Set(objects(in: document).compactMap { $0["$ref"] as? String })
    for reference in references { #expect(target(reference) != nil, "\(reference)") }
    let components = try #require(document["components"] as? [String: [String: Any]])
    for (kind, named) in components where kind != "securitySchemes" {
      for name in named.keys { #expect(references.contains("#/components/\(kind)/\(name)"), "\(kind)/\(name)") }
    }
  }

  @Test func everyOperationIsWhole() throws {
    #expect(document["openapi"] as? String == "3.1.0")
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    #expect(
      Set(paths.keys) == [
        "/api", "/stats", "/summary", "/top", "/retention", "/events", "/online", "/live", "/health", "/charts",
      ]
    )
    let operations = paths.values.flatMap(\.values)
    #expect(Set(operations.compactMap { $0["operationId"] as? String }).count == operations.count)
    for operation in operations {
      var names: Set<String> = []
      for parameter in operation["parameters"] as? [[String: Any]] ?? [] {
        let parameter = try resolved(parameter)
        #expect(names.insert(try #require(parameter["name"] as? String)).inserted)
        #expect(parameter["in"] as? String == "query")
        #expect(parameter["schema"] is [String: Any])
      }
      let responses = try #require(operation["responses"] as? [String: [String: Any]])
      #expect(responses["200"] != nil)
      for (status, response) in responses {
        #expect(try resolved(response)["description"] is String, "\(operation["operationId"] ?? "") \(status)")
      }
    }
  }

  /// What stands at a path such as `components/schemas/Event`.
  private func value(_ path: String) -> Any? {
    path.split(separator: "/").reduce(document as Any?) { value, name in
      if let array = value as? [Any] { return Int(name).flatMap { array.indices.contains($0) ? array[$0] : nil } }
      return (value as? [String: Any])?[String(name)]
    }
  }

  private func text(_ path: String) -> String { value(path + "/description") as? String ?? "" }

  /// The parameter of a path's `get`, by name.
  private func schema(_ path: String, _ parameter: String) -> [String: Any]? {
    let operation = (document["paths"] as? [String: [String: [String: Any]]])?[path]?["get"]
    let parameters = operation?["parameters"] as? [[String: Any]]
    return parameters?.first { $0["name"] as? String == parameter }?["schema"] as? [String: Any]
  }

  @Test func limitsAreThoseOfTheCode() {
    func isRange(_ schema: Any?, _ range: ClosedRange<Int64>, _ suffix: String = "imum") -> Bool {
      let schema = schema as? [String: Any]
      return (schema?["min" + suffix] as? NSNumber)?.int64Value == range.lowerBound
        && (schema?["max" + suffix] as? NSNumber)?.int64Value == range.upperBound
    }
    func wide(_ range: ClosedRange<Int>) -> ClosedRange<Int64> { Int64(range.lowerBound)...Int64(range.upperBound) }
    func grouped(_ number: Int) -> String { number.formatted(.number.locale(Locale(identifier: "en_US"))) }

    let schemas = "components/schemas"
    #expect(isRange(value("\(schemas)/BotID"), Limits.botID))
    #expect(isRange(value("components/parameters/id/schema"), Limits.botID))
    #expect(isRange(value("\(schemas)/UserID"), Int64.min...Int64.max))
    #expect(isRange(value("\(schemas)/Token"), wide(Limits.tokenBytes), "Length"))
    #expect(isRange(value("\(schemas)/EventName"), wide(Limits.eventScalars), "Length"))
    #expect(isRange(value("\(schemas)/BatchCall/properties/events"), wide(Limits.batchItems), "Items"))
    #expect(text("\(schemas)/Param").contains("Up to \(Limits.paramBytes) bytes"))
    #expect(text("\(schemas)/EventID").contains("Up to \(Limits.eventIDBytes) bytes"))
    #expect(text("\(schemas)/Event/properties/time").contains("at most \(Limits.backfillAge / 86_400) days"))
    #expect(text("\(schemas)/OnlineCall/properties/seconds").contains("\(Limits.onlineSeconds.upperBound)"))
    #expect(value("\(schemas)/OnlineCall/properties/seconds/default") as? Int == Limits.defaultOnlineSeconds)
    #expect(text("components/parameters/event").contains("at most \(QueryParameters.choiceLimit) values"))
    #expect(isRange(schema("/top", "limit"), wide(TopQuery.limits)))
    #expect(isRange(schema("/top", "offset"), wide(0...QuestionParser.offsetLimit)))
    #expect(isRange(schema("/events", "limit"), wide(RecentEvents.limits)))
    let retention = (document["paths"] as? [String: [String: [String: Any]]])?["/retention"]?["get"]?["responses"]
    let answered = (retention as? [String: [String: Any]])?["200"]?["description"] as? String
    #expect(answered == "At most \(RetentionQuery.cohortLimit) cohorts")
    let name = text("\(schemas)/Chart/properties/series/items/properties/name")
    #expect(name.contains("more than \(grouped(SectionMerge.Limits().values)) values"))
    #expect(value("\(schemas)/NoteCode/enum/0") as? String == TimelineNote.daysInUTC.rawValue)
  }

  @Test func everyErrorIsNamed() {
    let words = text("components/schemas/Error/properties/error").split { !($0.isLetter || $0 == "_") }.map(String.init)
    for code in ErrorCode.allCases { #expect(words.contains(code.rawValue), "\(code.rawValue)") }
  }
}
