import Foundation
import HowUsedModel

/// Numbers that look random and are always the same.
struct Chance: RandomNumberGenerator {
  private var generator: SplitMix64

  /// What always comes out for these numbers, in this order.
  init(_ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0) {
    let numbers = [second, third, fourth].reduce(SplitMix64.mix(first)) { SplitMix64.mix($0 &+ $1) }
    generator = SplitMix64(state: numbers)
  }

  mutating func next() -> UInt64 { generator.next() }

  /// Within 0..<1, evenly.
  mutating func part() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// How many of something there are that comes on its own `mean` times, on average. Meant for a few.
  mutating func count(mean: Double) -> Int {
    // Knuth, "The Art of Computer Programming", volume 2, 3.4.1, algorithm Q.
    let none = exp(-mean)
    var weight = part()
    var count = 0
    while weight >= none, count < 50 {
      weight *= part()
      count += 1
    }
    return count
  }
}
