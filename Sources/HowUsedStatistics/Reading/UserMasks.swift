/// Of users a bit for each point. Only those who did something take room: most series have few of all users.
final class UserMasks {
  /// Words of a user.
  let width: Int
  /// Of each slot the user; the first slot is of nobody, for what isn't wanted.
  private(set) var users: [UInt32] = [0]
  /// Of each user the slot; 0: none.
  private let slots: UnsafeMutablePointer<UInt32>
  private let count: Int
  private let masks: UnsafeMutablePointer<UInt64>

  /// Of a user that isn't wanted.
  static let nobody = UInt32.max

  /// - Parameter count: of users, who are numbered from 0.
  init(users count: Int, width: Int) {
    self.width = width
    self.count = count
    slots = .allocate(capacity: count)
    slots.initialize(repeating: 0, count: count)
    // Pages that nobody uses aren't there.
    masks = .allocate(capacity: (count + 1) * width)
    masks.initialize(repeating: 0, count: width)
  }

  deinit {
    slots.deallocate()
    masks.deallocate()
  }

  /// A user's words.
  @inline(__always)
  func words(_ user: UInt32) -> UnsafeMutablePointer<UInt64> {
    guard user != Self.nobody else { return masks }
    precondition(Int(user) < count)
    let slot = slots[Int(user)]
    return slot != 0 ? masks + Int(slot) &* width : add(user)
  }

  @inline(__always)
  private func add(_ user: UInt32) -> UnsafeMutablePointer<UInt64> {
    let slot = users.count
    slots[Int(user)] = UInt32(truncatingIfNeeded: slot)
    users.append(user)
    let words = masks + slot &* width
    for word in 0..<width { words[word] = 0 }
    return words
  }

  /// Gives out those who did something, and begins anew.
  /// - Parameters:
  ///   - first: the point of the first bit.
  ///   - last: the last point, when it goes on behind these; nil: it doesn't.
  func take(first: Int, last: Int?, _ body: (UserBatch) -> Void) {
    users.withUnsafeBufferPointer { users in
      let batch = UserBatch(users: users, masks: masks, width: width, first: first, last: last)
      if users.count > 1 { body(batch) }
      for user in users.dropFirst() { slots[Int(user)] = 0 }
    }
    users.removeSubrange(1...)
  }
}

/// Which users did something in which of some points.
struct UserBatch {
  /// By slots, of which the first one is of nobody.
  fileprivate let users: UnsafeBufferPointer<UInt32>
  fileprivate let masks: UnsafeMutablePointer<UInt64>
  /// Words of a user.
  let width: Int
  /// The point of the first bit.
  let first: Int
  /// The last point, when more of it follows later; nil: nothing does.
  let last: Int?

  /// Everybody once, who did something.
  @inline(__always)
  func forEach(_ body: (_ user: Int, _ words: UnsafeMutablePointer<UInt64>) -> Void) {
    for slot in 1..<users.count { body(Int(users[slot]), masks + slot &* width) }
  }

  /// Everybody with every point, in the points' order.
  @inline(__always)
  func forEachPoint(_ body: (_ user: Int, _ point: Int) -> Void) {
    forEach { user, words in
      for word in 0..<width {
        var mask = words[word]
        while mask != 0 {
          body(user, first &+ word &* 64 &+ mask.trailingZeroBitCount)
          mask &= mask &- 1
        }
      }
    }
  }
}
