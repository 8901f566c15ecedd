/// Different ids in few bytes, as a string in Redis: `x`, then the ids in ascending order, each as its distance from the one
/// before (of the first one, from the smallest possible), in LEB128. Stored data: never change.
package enum PackedUsers {
  static let mark = UInt8(ascii: "x")

  static func pack(_ users: some Sequence<Int64>) -> [UInt8] {
    var bytes = [mark]
    var last = Int64.min
    for user in users.sorted() {
      var rest = UInt64(bitPattern: user &- last)
      last = user
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(truncatingIfNeeded: rest))
    }
    return bytes
  }

  /// Nil for what isn't one.
  static func unpack(_ bytes: UnsafeRawBufferPointer) -> [Int64]? {
    guard bytes.first == mark else { return nil }
    var users: [Int64] = []
    users.reserveCapacity(bytes.count / 2)
    var last = Int64.min
    var distance: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes.dropFirst() {
      distance |= UInt64(byte & 0x7f) << shift
      shift += 7
      guard byte & 0x80 == 0 else { continue }
      last = last &+ Int64(bitPattern: distance)
      users.append(last)
      (distance, shift) = (0, 0)
    }
    return users
  }
}
