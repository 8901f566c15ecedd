import HowUsedArchive
import HowUsedModel
import Synchronization

/// What is told who did something when.
protocol UserVisitor {
  /// Whether more sections of the group that came last may come.
  var takesMore: Bool { get }

  /// A group comes next, or more of the one that came last.
  /// - Parameters:
  ///   - mayGrow: whether more of it may come later.
  ///   - width: words of each user; 0: there is one point in all.
  ///   - users: how many there are by now.
  mutating func begin(_ group: Range<Int64>, mayGrow: Bool, width: Int, users: Int)

  /// In the order of points for each user and series. The last point of a batch may come again as the first of a later one.
  /// - Parameter users: how many there are by now; they are numbered from 0.
  mutating func visit(_ batch: UserBatch, series: Int, users: Int)
}

extension UserVisitor {
  var takesMore: Bool { false }
  mutating func begin(_ group: Range<Int64>, mayGrow: Bool, width: Int, users: Int) {}
}

/// Finds out which users did something in which points, by series. One group of sections after the other; in each, a series
/// after the other, a bit for each user and point.
struct UserScan<Visitor: UserVisitor> {
  var visitor: Visitor
  /// Of the points. May be replaced by others that are the same up to where the last section ended.
  var bounds: [Int64]
  private let seriesCount: Int
  /// Users are left out unless this many low bits of their hash are 0.
  let sampleBits: Int
  let users: UserDirectory
  private(set) var group = 0..<Int64(0)
  /// Whether what comes is the first of its group.
  private(set) var isFirst = true
  var mayGrow = false

  /// Bytes that users' bits take, about: so few that caches hold them; more where tuples have to be unpacked
  /// again for each range of users.
  private static var memory: (near: Int, far: Int) { (4 << 20, 24 << 20) }

  init(_ visitor: Visitor, series: Int, bounds: [Int64], sampleBits: Int = 0, users: UserDirectory) {
    self.visitor = visitor
    self.bounds = bounds
    seriesCount = series
    self.sampleBits = sampleBits
    self.users = users
  }

  /// Sections of a group come next, a later one than those before, or more of the one that came last.
  mutating func begin(_ group: Range<Int64>, mayGrow: Bool) {
    isFirst = group != self.group
    self.group = group
    self.mayGrow = mayGrow
  }

  /// - Parameters:
  ///   - sections: of the group.
  ///   - series: of each section and each of its rows. Nil: all rows are in series 0.
  mutating func add(_ sections: [Section], series: [[Int32]?]) throws {
    let end = group.upperBound
    let tables = sections.map { PointTable(bounds, $0.header, within: group) }
    guard let count = tables.first?.count, let first = tables.first?.first, count > 0 else { return }
    // Of one point alone the totals tell everything.
    let last = bounds.count > 2 && bounds[first + count] > end ? first + count - 1 : nil
    let lists = try sections.map { try $0.users() }
    let (ids, places) = lists.count == 1 ? (lists[0], []) : UserMerge.merge(lists)
    let numbers = numbers(of: ids)
    var parts: [UserMarks] = []
    for (index, section) in sections.enumerated() {
      let places = sections.count > 1 ? places[index] : nil
      parts.append(try UserMarks(section, series[index], seriesCount, tables[index], places))
    }
    let width = (count + 63) / 64
    visitor.begin(group, mayGrow: mayGrow, width: bounds.count > 2 ? width : 0, users: users.count)
    let memory = parts.reduce(0) { $0 + $1.size } <= UserMarks.keptLimit ? Self.memory.near : Self.memory.far
    let size = min(max(memory / (width * 8), 64), ids.count)
    let masks = UserMasks(size: size, width: width)
    let rounds = (ids.count + size - 1) / size
    for start in stride(from: 0, to: ids.count, by: size) {
      masks.begin(start..<min(start + size, ids.count))
      for series in 0..<seriesCount {
        for index in parts.indices { try parts[index].mark(series, masks, rounds: rounds) }
        masks.take(numbers, first: first, last: last) { visitor.visit($0, series: series, users: users.count) }
      }
    }
  }

  /// Numbers some users of a section or several, ascending: those that are left out are ``UserBatch/nobody``.
  func numbers(of ids: [Int64]) -> [UInt32] {
    guard sampleBits > 0 else { return users.numbers(of: ids) }
    let mask: UInt64 = (1 << UInt64(sampleBits)) - 1
    let isWanted = ids.map { UInt64(bitPattern: $0).mixed(0x5eed) & mask == 0 }
    var wanted = users.numbers(of: zip(ids, isWanted).filter(\.1).map(\.0)).makeIterator()
    return isWanted.map { $0 ? wanted.next() ?? UserBatch.nobody : UserBatch.nobody }
  }
}

extension UserScan: Sendable, ScanSized, ScanState where Visitor: ScanSized {
  var size: Int { visitor.size }
  var directory: UserDirectory? { users }
  var takesMore: Bool { visitor.takesMore }
}

/// The numbers of a bot's users. All of its scans that are kept share them, and keep bits by these numbers.
final class UserDirectory: Sendable {
  private let state = Mutex(UserNumbers())

  var count: Int { state.withLock { $0.count } }
  /// Bytes of memory, about.
  var size: Int { count * 12 }

  /// - Parameter users: ascending; those that are new are added.
  func numbers(of users: [Int64]) -> [UInt32] { state.withLock { $0.numbers(of: users) } }
}

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
        place = ids[place...].partitioningIndex { $0 >= user }
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
