import HowUsedModel
import HowUsedStore
import Redis

/// Which of several processes archives a partition. It only keeps them from doing the same work: what is archived twice
/// fails at the fence, and a lease that two hold for a moment does no harm.
struct ArchiveLease: Sendable {
  private let client: RedisClient
  private let key: String
  private let owner: String
  private let time: Duration
  /// Not to be used any more from here on.
  private var heldUntil: ContinuousClock.Instant?
  private var nextAttempt = ContinuousClock.now

  init(client: RedisClient, key: String, owner: String, time: Duration) {
    self.client = client
    self.key = key
    self.owner = owner
    self.time = time
  }

  /// Takes the lease, or renews it when a third of its time is over. Returns whether it is this process's.
  ///
  /// - Parameter isDead: whether the process of this name certainly runs no more: then its lease need not run out first.
  mutating func hold(isDead: @Sendable (String) async throws -> Bool) async throws -> Bool {
    let now = ContinuousClock.now
    if now < nextAttempt { return heldUntil.map { now < $0 } ?? false }
    nextAttempt = now + time / 3
    let milliseconds = Int(time / .milliseconds(1))
    var holder = try await client.send("GET", key).string
    if holder == owner {
      // Should it be another's by now, then this lengthens it once, which does no harm. Lengthening what is another's each
      // time would: a lease whose owner is gone would never run out.
      if try await client.send("PEXPIRE", key, milliseconds).int != 1 { holder = nil }
    } else if let other = holder, try await isDead(other) {
      _ = try await client.send("SET", key, owner, "PX", milliseconds)
      holder = owner
    }
    if holder == nil {
      _ = try await client.send("SET", key, owner, "NX", "PX", milliseconds)
      holder = try await client.send("GET", key).string
    }
    heldUntil = holder == owner ? now + time : nil
    return heldUntil != nil
  }

  /// Lets the next one try at once.
  func release() async throws {
    guard heldUntil != nil else { return }
    if try await client.send("GET", key).string == owner { _ = try await client.send("DEL", key) }
  }
}
