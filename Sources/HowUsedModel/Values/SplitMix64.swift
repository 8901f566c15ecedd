/// Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014. Repeatable, and of no use for secrets.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  package var state: UInt64

  /// - Parameter state: the seed.
  package init(state: UInt64) { self.state = state }

  package mutating func next() -> UInt64 {
    let number = Self.mix(state)
    state &+= 0x9e37_79b9_7f4a_7c15
    return number
  }

  /// The first number for a seed: 64 bits of which each depends on all of the value's. Partitions are chosen by it: never
  /// change it.
  package static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
