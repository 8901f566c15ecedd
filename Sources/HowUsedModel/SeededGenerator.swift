/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014): the same everywhere, so that
/// what came out can be repeated from its seed.
package struct SeededGenerator: RandomNumberGenerator {
  private static let increment: UInt64 = 0x9e37_79b9_7f4a_7c15

  private var state: UInt64

  package init(state: UInt64) { self.state = state }

  /// What always comes out for these numbers, in this order.
  package init(hashing first: UInt64, _ second: UInt64 = 0, _ third: UInt64 = 0, _ fourth: UInt64 = 0) {
    state = Self.hash(Self.hash(Self.hash(Self.hash(first) &+ second) &+ third) &+ fourth)
  }

  package mutating func next() -> UInt64 {
    defer { state &+= Self.increment }
    return Self.hash(state)
  }

  /// Within 0..<1, evenly.
  package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  private static func hash(_ value: UInt64) -> UInt64 {
    var hash = value &+ increment
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}
