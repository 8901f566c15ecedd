import Logging
import NIOCore
import Testing

@testable import HowUsedServer

@Suite struct TokenGuessesTests {
  private let guesses = TokenGuesses(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  private let minute: Int64 = 60_000

  @Test func whoeverGuessesWaitsAndOthersDoNot() {
    for _ in 1...TokenGuesses.free { #expect(guesses.refused("192.0.2.1", now: 0) == .zero) }
    #expect(guesses.refused("192.0.2.1", now: 59_999) == TokenGuesses.delay)
    #expect(guesses.refused("192.0.2.2", now: 59_999) == .zero)
    #expect(guesses.refused(nil, now: 59_999) == .zero)
  }

  @Test func whoGoesOnDoesNotBeginAnewAndWhoStopsDoes() {
    for _ in 1...100 { _ = guesses.refused("192.0.2.1", now: 0) }
    #expect(guesses.refused("192.0.2.1", now: minute) == TokenGuesses.delay)
    // What is left of it is few enough to be forgotten.
    _ = guesses.refused("192.0.2.2", now: 2 * minute)
    _ = guesses.refused("192.0.2.2", now: 3 * minute)
    #expect(guesses.refused("192.0.2.1", now: 3 * minute) == .zero)
  }

  /// Somebody with very many addresses takes no more memory, and no turn of those who are known.
  @Test func manyAddressesCountAsOne() {
    for number in 1...TokenGuesses.addressLimit { _ = guesses.refused("address \(number)", now: 0) }
    for _ in 1...TokenGuesses.free { _ = guesses.refused("one more", now: 0) }
    #expect(guesses.refused("yet another", now: 0) == TokenGuesses.delay)
    #expect(guesses.refused("address 1", now: 0) == .zero)
  }
}
