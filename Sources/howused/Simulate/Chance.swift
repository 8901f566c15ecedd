import Foundation

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
struct Chance: RandomNumberGenerator {
  var state: UInt64

  /// What always comes out for these numbers, in this order.
  init(_ first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0) {
    state = Self.mix(Self.mix(Self.mix(Self.mix(first) &+ second) &+ third) &+ fourth)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.finish(state)
  }

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

  private static func mix(_ value: UInt64) -> UInt64 { finish(value &+ 0x9e37_79b9_7f4a_7c15) }

  private static func finish(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
