import HowUsedModel
import Testing

@testable import HowUsedStatistics

/// Which events a question is about.
@Suite struct FilterTests {
  private func filter(_ parameters: (String, String)...) throws(RequestError) -> EventFilter {
    try QueryParameters(parameters.map { (name: $0.0, value: $0.1) }).filter()
  }

  private func choice(_ values: String..., isExcluded: Bool = false) -> Choice {
    Choice(values.map { JSONText.escaped($0) }, isExcluded: isExcluded)
  }

  private func refusal(_ parameters: (String, String)...) throws -> RequestError {
    try #require(throws: RequestError.self) {
      try QueryParameters(parameters.map { (name: $0.0, value: $0.1) }).filter()
    }
  }

  @Test func valuesAreSeparatedByCommas() throws {
    #expect(try filter().isEverything)
    #expect(try filter(("event", "a,b")).events == choice("a", "b"))
    #expect(try filter(("event", "a"), ("event", "b,a")).events == choice("b", "a"))
    #expect(try filter(("event", "!a,b")).events == choice("a", "b", isExcluded: true))
    #expect(try filter(("event", "!a"), ("event", "!b")).events == choice("a", "b", isExcluded: true))
    #expect(try filter(("param_2", "регистрация")).params == [.everything, choice("регистрация"), .everything])
    let many = try filter(("param_1", "a"), ("param_2", "!b"), ("param_3", "c"))
    #expect(many.params == [choice("a"), choice("b", isExcluded: true), choice("c")])
    #expect(try filter(("type", "update")).updates)
    #expect(try !filter(("type", "event")).updates)
  }

  @Test func emptyOnesAreAbsent() throws {
    #expect(try filter(("param_1", ""), ("param_1", ""), ("event", ""), ("type", ""), ("type", "")).isEverything)
    #expect(try filter(("param_1", ""), ("param_1", "a")).params[0] == choice("a"))
    #expect(try filter(("param_1", ","), ("event", ",,a,,")).events == choice("a"))
    #expect(try filter(("param_1", ","), ("param_1", "!b")).params[0] == choice("b", isExcluded: true))
  }

  @Test func aBackslashTakesTheNextCharacter() throws {
    #expect(try filter(("event", #"a\,b,c"#)).events == choice("a,b", "c"))
    #expect(try filter(("event", #"\!a"#)).events == choice("!a"))
    #expect(try filter(("event", #"!\!a,\!b"#)).events == choice("!a", "!b", isExcluded: true))
    #expect(try filter(("event", #"\\,\a"#)).events == choice(#"\"#, "a"))
    #expect(try filter(("event", "a!b!")).events == choice("a!b!"))
    // Marks that follow a character belong to no other one here.
    #expect(try filter(("event", ",\u{301}a")).events == choice("\u{301}a"))
    #expect(try filter(("event", "a\u{0}\n\"b")).events.values == [Array(#"a\u0000\n\"b"#.utf8)])
  }

  @Test func textsAreComparedByTheirBytes() throws {
    let looksTheSame = try filter(("event", "\u{e9},e\u{301}")).events
    #expect(looksTheSame.values.count == 2)
  }

  @Test func whatIsWrongIsNamed() throws {
    #expect(try refusal(("event", "!a"), ("event", "b")).field == "event")
    #expect(try refusal(("param_3", "b"), ("param_3", "!a")).field == "param_3")
    #expect(try refusal(("event", "!")).field == "event")
    #expect(try refusal(("event", "!,")).field == "event")
    #expect(try refusal(("event", "!a,!b")).description.contains(#"is written \!"#))
    #expect(try refusal(("event", "!!a")).field == "event")
    #expect(try refusal(("event", #"a\"#)).description.contains("single backslash"))
    #expect(try refusal(("type", "click")).description == "Bad Request: type must be event or update")
  }

  @Test func noMoreThanCanBeStored() throws {
    #expect(try filter(("event", String(repeating: "🚀", count: 50))).events.values.count == 1)
    #expect(try refusal(("event", String(repeating: "a", count: 51))).field == "event")
    #expect(try filter(("param_2", String(repeating: "a", count: 256))).params[1].values.count == 1)
    #expect(try refusal(("param_2", String(repeating: "é", count: 129))).field == "param_2")
    let fifty = (1...50).map { "e\($0)" }.joined(separator: ",")
    #expect(try filter(("event", fifty), ("event", fifty)).events.values.count == 50)
    #expect(try refusal(("event", fifty), ("event", "e51")).description.contains("at most 50 values"))
  }

  @Test func aChoiceAdmitsByTheBytesThatAreStored() {
    let some = choice("a", "\"b\"")
    #expect(some.admits("a".utf8) && some.admits(#"\"b\""#.utf8) && !some.admits("b".utf8) && !some.admits("".utf8))
    let others = choice("a", isExcluded: true)
    #expect(!others.admits("a".utf8) && others.admits("b".utf8) && others.admits("".utf8))
    #expect(Choice.everything.admits("".utf8) && Choice.everything == choice(isExcluded: true))
    #expect(choice("b", "a") == choice("a", "b", "a"), "since it's a key of caches")
  }
}
