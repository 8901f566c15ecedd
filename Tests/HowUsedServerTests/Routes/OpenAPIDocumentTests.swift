import Foundation
import Testing

@testable import HowUsedServer

/// The rules of https://spec.openapis.org/oas/v3.1.0 that the document could break without anybody noticing.
@Suite struct OpenAPIDocumentTests {
  private let document: [String: Any]

  init() throws {
    document = try #require(
      try JSONSerialization.jsonObject(with: Data(OpenAPIDocument.text.utf8)) as? [String: Any]
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
}
