import CScripts
package import HowUsedModel
package import Redis

/// What is done with a partition's stream in one step that nobody can come between; see the scripts. Redis 7 or later.
package struct StreamScripts: Sendable {
  private let key: String

  package init(_ keys: KeySchema, _ partition: Partition) { key = keys.events(partition) }

  /// What ``forward(to:claim:)`` found and left.
  package struct Forwarded: Sendable, Equatable {
    /// The stream's last id; zero where there was no stream.
    package let before: StreamID
    package let after: StreamID

    /// Nil for an error, and for what isn't the script's reply.
    package init?(_ reply: RedisValue) {
      guard let ids = reply.array, ids.count == 2, let before = ids[0].string.flatMap({ StreamID($0) }),
        let after = ids[1].string.flatMap({ StreamID($0) })
      else { return nil }
      self.before = before
      self.after = after
    }
  }

  /// Lets the stream give out no id up to this one any more.
  /// - Parameter claim: also marks the stream with it, in place of all others.
  package func forward(to id: StreamID, claim: StreamClaim? = nil) -> RedisCommand {
    var command: RedisCommand = ["EVAL", String(cString: scriptForwardStream), 1, key, id.description]
    if let claim { command.append(contentsOf: [claim.group, StreamClaim.prefix]) }
    return command
  }

  /// Gives entries new ids; see ``MisplacedEvent``. The reply is how many were still there.
  package func move(_ events: [MisplacedEvent]) -> RedisCommand {
    var command: RedisCommand = ["EVAL", String(cString: scriptMoveEntries), 1, key]
    for event in events { command.append(contentsOf: [event.id.description, event.fragment, event.timedFragment]) }
    return command
  }

  /// - Parameter count: about how many at most, in whole nodes; 0 for exactly all.
  package func trim(before id: StreamID, claim: StreamClaim, count: Int) -> RedisCommand {
    ["EVAL", String(cString: scriptTrimStream), 1, key, id.description, claim.group, claim.runID, count]
  }
}

/// Marks a stream that was compared with the files, by a consumer group that nobody reads by: a stream that was deleted, by
/// hand or by FLUSHALL, and made anew by the next event doesn't have it, however its ids go on.
package struct StreamClaim: Sendable, Equatable {
  package static let prefix = "archive-"

  package let group: String
  /// Of the Redis that had the stream then. Another one may have an older copy of it, and of the mark.
  package let runID: String

  /// - Parameter name: one that nobody else chooses.
  package init(name: String, runID: String) {
    group = Self.prefix + name
    self.runID = runID
  }
}

/// An event of a stream whose id is at or before those that are in files, though it's in none of them.
package struct MisplacedEvent: Sendable, Equatable {
  package let id: StreamID
  /// As it is in the stream.
  package let fragment: [UInt8]
  /// With the time that it has by its id, unless it tells one itself.
  package let timedFragment: [UInt8]

  /// Nil for what is no event of ours.
  package init?(_ entry: StreamEntry) {
    guard let event = entry.event else { return nil }
    id = entry.id
    fragment = Array(entry.fragment)
    let time = #""time":"\#(UTCTime.format(milliseconds: Int64(clamping: entry.id.milliseconds)))","#
    timedFragment = event.time == nil ? Array(time.utf8) + fragment : fragment
  }
}
