/// Numbers users from 0 in the order in which they came. Sections have their users sorted, and mostly the same ones: going
/// along two sorted lists is several times as quick as looking each user up.
struct UserNumbers: Sendable {
  /// Ascending, and the number of each.
  private var ids: [Int64] = []
  private var numbers: [UInt32] = []

  var count: Int { ids.count }

  /// - Parameter users: ascending; those that are new are added.
  mutating func numbers(of users: [Int64]) -> [UInt32] {
    var found = [UInt32](repeating: 0, count: users.count)
    var fresh: [(id: Int64, number: UInt32)] = []
    let isSparse = users.count < ids.count / 32
    var place = 0
    for (index, user) in users.enumerated() {
      if isSparse {
        place = ids.firstIndex(from: place, notBelow: user)
      } else {
        while place < ids.count, ids[place] < user { place &+= 1 }
      }
      if place < ids.count, ids[place] == user {
        found[index] = numbers[place]
      } else {
        found[index] = UInt32(truncatingIfNeeded: ids.count &+ fresh.count)
        fresh.append((user, found[index]))
      }
    }
    if !fresh.isEmpty { insert(fresh) }
    return found
  }

  private mutating func insert(_ fresh: [(id: Int64, number: UInt32)]) {
    var place = ids.count
    let count = ids.count + fresh.count
    ids += Array(repeating: 0, count: fresh.count)
    numbers += Array(repeating: 0, count: fresh.count)
    var next = fresh.count
    for target in (0..<count).reversed() where next > 0 {
      if place > 0, ids[place - 1] > fresh[next - 1].id {
        place -= 1
        (ids[target], numbers[target]) = (ids[place], numbers[place])
      } else {
        next -= 1
        (ids[target], numbers[target]) = fresh[next]
      }
    }
  }
}
