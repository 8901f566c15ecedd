package import HowUsedModel

/// What a ``RollupMaker`` can't see for itself.
package struct KeepingOrders: Sendable {
  /// Unix milliseconds.
  package var now: Int64
  /// Unix seconds: no event whose id is from before this will be sealed any more. A day is closed by that or by a segment
  /// of a later day.
  package var closedBefore: Int64
  /// Bots that were removed, at which id; those that a partition's files know already may be left out.
  package var removals: [Int64: StreamID]
  /// The last segment that was there when ``removals`` were read: later ones wait for newer orders, so that no file is
  /// made without a removal that belongs into it. Nil: no limit.
  package var sealedThrough: UInt64?

  package init(
    now: Int64,
    closedBefore: Int64 = 0,
    removals: [Int64: StreamID] = [:],
    sealedThrough: UInt64? = nil
  ) {
    self.now = now
    self.closedBefore = closedBefore
    self.removals = removals
    self.sealedThrough = sealedThrough
  }
}

/// How a step of a ``RollupMaker`` ended.
package enum KeepingProgress: Sendable, Equatable {
  /// Something was done and the set may be another one; there may be more to do.
  case worked
  /// There is nothing left to do.
  case idle
  /// Another process is at it; the set is as of now.
  case busy
}
