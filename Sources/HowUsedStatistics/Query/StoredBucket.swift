import Redis

/// What Redis holds of a bucket's users: those who wait beside its row (see ``WaitingVisits``), and the row.
struct StoredBucket {
  let bucket: RollupBucket
  let visits: FlatReply
  let row: FlatReply
  /// The dimensions that the row was asked for; nil: all of it.
  let dimensions: [[UInt8]]?

  /// Two commands. Visits first: what is brought into the row meanwhile is then seen twice, and never missed.
  static func command(_ part: Int, _ bucket: RollupBucket, _ dimensions: [[UInt8]]?, _ keys: GenerationKeys)
    -> RedisCommand
  {
    if part == 0 { return RedisCommand("LRANGE", keys.visits(bucket.resolution, bucket.number), 0, -1) }
    let row = keys.users(bucket.resolution, bucket.number)
    return dimensions.map { RedisCommand(["HMGET", row] + $0) } ?? RedisCommand("HGETALL", row)
  }

  /// Calls `body` with each combination's field and its users.
  @inline(__always)
  func forEachVisit(_ body: (UnsafeRawBufferPointer, UserList) -> Void) {
    visits.forEach { _, chunk in WaitingVisits.forEach(in: chunk, body) }
  }

  /// Calls `body` with each field of the row and what it says. Not all of them are dimensions.
  func forEachField(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
    guard let dimensions else { return row.forEachPair(body) }
    row.forEach { index, value in dimensions[index].withUnsafeBytes { body($0, value) } }
  }
}
