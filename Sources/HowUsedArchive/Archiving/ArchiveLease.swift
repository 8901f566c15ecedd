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
    let replies = try await client.pipeline([["GET", key], ["PTTL", key]])
    if let error = replies.lazy.compactMap(\.error).first { throw error }
    var holder = replies.first?.string
    let rest = replies.last?.int ?? 0
    if holder == owner {
      // Should it be another's by now, then this lengthens it once, which does no harm. Lengthening what is another's each
      // time would: a lease whose owner is gone would never run out.
      if try await client.send("PEXPIRE", key, milliseconds).int != 1 { holder = nil }
    } else if let other = holder, try await isDead(other) {
      _ = try await client.sendEvenIfFull("SET", key, owner, "PX", milliseconds)
      holder = owner
    } else if holder != nil, rest > milliseconds || rest == -1 {
      // Redis's clock was set back since it was renewed: of somebody who is gone it would run that much longer.
      _ = try await client.send("PEXPIRE", key, milliseconds)
    }
    if holder == nil {
      _ = try await client.sendEvenIfFull("SET", key, owner, "NX", "PX", milliseconds)
      holder = try await client.send("GET", key).string
    }
    heldUntil = holder == owner ? now + time : nil
    return heldUntil != nil
  }

  /// The next ``hold(isDead:)`` asks Redis whose it is.
  mutating func lookAgain() { nextAttempt = .now }

  /// Lets the next one try at once.
  func release() async throws {
    guard heldUntil != nil else { return }
    if try await client.send("GET", key).string == owner { _ = try await client.send("DEL", key) }
  }
}

/// A locked file that says, to everyone who sees the archive folder, that an archiving process is alive. The lock ends
/// with the process, however it ends: so that the next one need not wait until the leases of a killed one run out.
final class OwnerFile {
  private let file: File

  /// Makes and locks the file of this process.
  init(_ owner: String, _ layout: ArchiveLayout) throws(FileError) {
    try Folder.make(layout.log)
    let path = Self.path(owner, layout)
    try Folder.unlink(path)
    file = try File.create(path)
    _ = try file.lock()
    try Self.removeDead(layout, except: owner)
  }

  /// For an orderly end, after the leases were released. A killed process leaves its file, unlocked.
  func remove() throws(FileError) { try Folder.unlink(file.path) }

  /// False as well when it left no file here: it may run elsewhere.
  static func isDead(_ owner: String, _ layout: ArchiveLayout) throws(FileError) -> Bool {
    guard !owner.contains("/") else { return false }
    do {
      return try File.openForLocking(path(owner, layout)).lock()
    } catch  where error.isMissing {
      return false
    }
  }

  /// Forgets those of more than one restart ago, so that they don't pile up.
  private static func removeDead(_ layout: ArchiveLayout, except owner: String) throws(FileError) {
    var dead: [String] = []
    for name in try Folder.names(in: layout.log, hidden: true) where name.hasPrefix(prefix) {
      let other = String(name.dropFirst(prefix.count))
      if other != owner, try isDead(other, layout) { dead.append(path(other, layout)) }
    }
    // The leases of the youngest may still run: a name says nothing about age, so some stay, more than may start and be
    // killed within a lease's time.
    guard dead.count > kept else { return }
    var byAge: [(path: String, modified: Int)] = []
    for path in dead { byAge.append((path, try Folder.status(of: path)?.modified ?? 0)) }
    for entry in byAge.sorted(by: { $0.modified < $1.modified }).dropLast(kept) { try Folder.unlink(entry.path) }
  }

  private static let prefix = ".owner-"
  private static let kept = 64

  private static func path(_ owner: String, _ layout: ArchiveLayout) -> String { "\(layout.log)/\(prefix)\(owner)" }
}
