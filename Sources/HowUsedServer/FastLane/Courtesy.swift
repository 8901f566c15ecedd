import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Lets threads that were just woken go first, such as Redis's: while they work more gathers for the next tick, and the
/// more a tick has, the less each request costs.
///
/// Where others keep the cores busy all the time one would wait for whole time slices of theirs. So after a long wait it's
/// left alone for a while: twice as long after each, up to a minute, and again less after each short one.
struct Courtesy {
  private static let longest = TimeAmount.milliseconds(1)
  private static let pauses = TimeAmount.milliseconds(500)...TimeAmount.seconds(60)

  private var pause = Self.pauses.lowerBound
  private var next = NIODeadline.uptimeNanoseconds(0)

  mutating func giveWay() {
    let before = NIODeadline.now()
    guard before >= next else { return }
    sched_yield()
    if NIODeadline.now() - before > Self.longest {
      next = before + pause
      pause = min(pause * 2, Self.pauses.upperBound)
    } else {
      pause = max(.nanoseconds(pause.nanoseconds / 32 * 31), Self.pauses.lowerBound)
    }
  }
}
