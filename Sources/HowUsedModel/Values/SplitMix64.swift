/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014. Repeatable, and of no use for secrets.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  package var state: UInt64

  /// - Parameter state: the seed.
  package init(state: UInt64) { self.state = state }

  /// What always comes out for these numbers, in this order.
  package init(hashing first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0) {
    state = [second, third, fourth].reduce(Self.mix(first)) { Self.mix($0 &+ $1) }
  }

  package mutating func next() -> UInt64 {
    let number = Self.mix(state)
    state &+= 0x9e37_79b9_7f4a_7c15
    return number
  }

  /// Within 0..<1, evenly.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// The first number for a seed: 64 bits of which each depends on all of the value's. Partitions are chosen by it: never
  /// change it.
  package static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
