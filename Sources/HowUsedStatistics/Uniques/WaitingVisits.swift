#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Users of a bucket who aren't in its row yet, with what they used, as they lie in Redis: a list of chunks, each
///
///     combination \x1d user,user… \x1c combination \x1d user,user… \x1c …
///
/// Telling Redis of a user is then a few bytes of an append, where counting one in every dimension of three buckets took
/// tens of microseconds. Somebody may be told more than once. Stored data: never change.
struct WaitingVisits {
  private static let usersEnd: UInt8 = 0x1c
  private static let combinationEnd: UInt8 = 0x1d
  /// The most visits of a chunk.
  static let chunkSize = 250

  private(set) var chunks: [[UInt8]] = []
  private var count = 0

  /// `field`: see ``Combination``.
  mutating func add(_ field: [UInt8], _ users: [Int64]) {
    var rest = users[...]
    while !rest.isEmpty {
      if count % Self.chunkSize == 0 { chunks.append([]) }
      let part = rest.prefix(Self.chunkSize - count % Self.chunkSize)
      rest = rest.dropFirst(part.count)
      count += part.count
      chunks[chunks.count - 1].append(contentsOf: field)
      for (index, user) in part.enumerated() {
        chunks[chunks.count - 1].append(index == 0 ? Self.combinationEnd : UInt8(ascii: ","))
        chunks[chunks.count - 1].append(contentsOf: String(user).utf8)
      }
      chunks[chunks.count - 1].append(Self.usersEnd)
    }
  }

  /// Calls `body` with each combination's field and its users, which are valid only within it.
  @inline(__always)
  static func forEach(in chunk: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, UserList) -> Void) {
    guard var place = chunk.baseAddress else { return }
    let end = place + chunk.count
    while let middle = find(combinationEnd, place, end), let next = find(usersEnd, middle, end) {
      let users = UnsafeRawBufferPointer(start: middle + 1, count: next - middle - 1)
      body(UnsafeRawBufferPointer(start: place, count: middle - place), UserList(users, readable: end))
      place = next + 1
    }
  }

  private static func find(_ byte: UInt8, _ start: UnsafeRawPointer, _ end: UnsafeRawPointer) -> UnsafeRawPointer? {
    memchr(start, Int32(byte), end - start).map { UnsafeRawPointer($0) }
  }
}
