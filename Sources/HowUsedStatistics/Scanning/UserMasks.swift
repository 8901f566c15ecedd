/// Of some users a bit for each point.
final class UserMasks {
  /// The users, by their places.
  private(set) var places = 0..<0
  private let width: Int
  private let masks: UnsafeMutablePointer<UInt64>
  /// A bit for each user who did something: mostly few of all did.
  private let marks: UnsafeMutablePointer<UInt64>
  /// The most users.
  let size: Int
  private let list: UnsafeMutablePointer<UnsafeMutablePointer<UInt64>>

  /// Words of users.
  typealias Found = UnsafeBufferPointer<UnsafeMutablePointer<UInt64>>

  /// - Parameters:
  ///   - size: the most users.
  ///   - width: words of each.
  init(size: Int, width: Int) {
    self.size = size
    self.width = width
    masks = .allocate(capacity: size * width)
    masks.initialize(repeating: 0, count: size * width)
    list = .allocate(capacity: size)
    marks = .allocate(capacity: (size + 63) / 64)
    marks.initialize(repeating: 0, count: (size + 63) / 64)
  }

  deinit {
    masks.deallocate()
    marks.deallocate()
    list.deallocate()
  }

  /// - Parameter places: as many as there is room for.
  func begin(_ places: Range<Int>) {
    precondition(places.count <= size)
    self.places = places
  }

  /// A user who did something.
  /// - Parameter index: in what ``found(_:)`` gives.
  /// - Returns: the user's words.
  @inline(__always) @discardableResult
  func mark(_ place: Int, _ index: Int) -> UnsafeMutablePointer<UInt64> {
    let user = place &- places.lowerBound
    precondition(user >= 0 && user < size && index < size)
    marks[user >> 6] |= 1 << UInt64(truncatingIfNeeded: user & 63)
    let words = masks + user &* width
    (list + index).initialize(to: words)
    return words
  }

  /// The words of those who were marked last.
  @inline(__always)
  func found(_ count: Int) -> Found { Found(start: list, count: count) }

  /// Gives out those who did something, and begins anew.
  /// - Parameters:
  ///   - numbers: of users, by their places.
  ///   - first: the point of the first bit.
  ///   - last: the last point, when it goes on behind these; nil: it doesn't.
  func take(_ numbers: [UInt32], first: Int, last: Int?, _ body: (UserBatch) -> Void) {
    numbers.withUnsafeBufferPointer { numbers in
      let numbers = UnsafeBufferPointer(rebasing: numbers[places])
      let marks = UnsafeBufferPointer(start: marks, count: (places.count + 63) / 64)
      let batch = UserBatch(numbers: numbers, marks: marks, masks: masks, width: width, first: first, last: last)
      if marks.contains(where: { $0 != 0 }) { body(batch) }
      batch.forEach { _, words in for word in 0..<width { words[word] = 0 } }
    }
    marks.update(repeating: 0, count: (places.count + 63) / 64)
  }
}

/// Which users did something in which of some points.
struct UserBatch {
  /// Of users that don't count.
  static let nobody = UInt32.max

  fileprivate let numbers: UnsafeBufferPointer<UInt32>
  fileprivate let marks: UnsafeBufferPointer<UInt64>
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
    for index in marks.indices {
      var mark = marks[index]
      while mark != 0 {
        let place = index &* 64 &+ mark.trailingZeroBitCount
        mark &= mark &- 1
        body(Int(numbers[place]), masks + place &* width)
      }
    }
  }

  /// Everybody with every point, in the points' order.
  @inline(__always)
  func forEachPoint(_ body: (_ user: Int, _ point: Int) -> Void) {
    forEach { user, words in
      guard user != Self.nobody else { return }
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
