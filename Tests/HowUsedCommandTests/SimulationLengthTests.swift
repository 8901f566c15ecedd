import Testing

@testable import howused

@Suite struct SimulationLengthTests {
  @Test("A number and a unit", arguments: [("30s", 30), ("5m", 300), ("2h", 7200), ("21d", 1_814_400)])
  func reads(text: String, seconds: Int64) { #expect(SimulationLength(argument: text)?.seconds == seconds) }

  @Test("Anything else is none", arguments: ["", "s", "5", "0s", "-5m", "5x", "1.5h", "367d", "9223372036854775807d"])
  func refuses(text: String) { #expect(SimulationLength(argument: text) == nil) }

  @Test("It's told in the largest unit that it is whole in", arguments: ["30s", "5m", "7h", "21d"])
  func tells(text: String) { #expect(SimulationLength(argument: text)?.description == text) }
}
