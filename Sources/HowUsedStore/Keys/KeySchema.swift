package import HowUsedModel

/// Every key that HowUsed has in Redis, by name. No other file spells one; that which looks for the counters that earlier
/// versions kept takes whatever begins with ``statistics(_:)``.
///
/// All keys of the whole installation begin with its ``prefix``. All keys of a partition share the hash tag `{pNN}`, so that a
/// partition lives in one slot of a Redis Cluster and can be read, counted and committed atomically. Names and the hash are
/// stored data: never change what is here, only add.
package struct KeySchema: Sendable, Equatable {
  /// What all keys begin with: each installation on one Redis has another.
  package let prefix: String
  /// The number of partitions: chosen at first start, recorded under ``meta``, the same ever after.
  package let partitionCount: Int
  /// All partitions, in order.
  package let partitions: [Partition]

  package static let partitionLimits = 1...256
  package static let defaultPartitionCount = 16

  package static let defaultPrefix = "hu:"

  /// Whether keys may begin so: 1 to 32 letters, digits and `:-_.`, nothing that means something in a pattern or a hash tag.
  package static func isValid(prefix: String) -> Bool {
    (1...32).contains(prefix.utf8.count)
      && prefix.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: ":-_.".utf8.contains(byte)
        }
      }
  }

  /// - Parameters:
  ///   - partitions: how many, within ``partitionLimits`` (a count outside is brought to the nearest bound; what an operator
  ///     types is checked where it is read).
  ///   - prefix: see ``isValid(prefix:)``.
  package init(partitions count: Int = KeySchema.defaultPartitionCount, prefix: String = KeySchema.defaultPrefix) {
    self.prefix = prefix
    partitionCount = min(max(count, Self.partitionLimits.lowerBound), Self.partitionLimits.upperBound)
    partitions = (0..<partitionCount).map { Partition(rawValue: UInt16($0)) }
  }

  /// The partition that a bot lives in: its id mixed, so that neighbouring ids spread evenly.
  package func partition(of bot: BotID) -> Partition {
    partitions[Int(SplitMix64.mix(UInt64(bitPattern: bot.rawValue)) % UInt64(partitionCount))]
  }

  // MARK: The whole installation

  /// Hash: what must not differ between instances. Field `partitions` is the partition count.
  package var meta: String { "\(prefix)meta" }

  // MARK: Events and who is online

  /// Stream: the events of a partition, one field `e` an entry (``EventStream``).
  package func events(_ partition: Partition) -> String { "\(prefix){\(partition)}:events" }

  /// Sorted set: the users of a bot, each by the time of the last event (``OnlineSet``).
  package func online(_ bot: BotID) -> String { online(partition(of: bot), bot) }

  package func online(_ partition: Partition, _ bot: BotID) -> String {
    "\(prefix){\(partition)}:online:\(bot.rawValue)"
  }

  /// String that expires: an event of the bot with this `eventId` was stored. What the key begins with, up to the id.
  package func eventIDs(_ bot: BotID) -> String { "\(prefix){\(partition(of: bot))}:id:\(bot.rawValue):" }

  // MARK: Bots

  /// Hash: bot id → its record as JSON.
  package func bots(_ partition: Partition) -> String { "\(prefix){\(partition)}:bots" }

  /// String: another random value whenever the ``bots(_:)`` of the partition changed.
  package func botsVersion(_ partition: Partition) -> String { "\(prefix){\(partition)}:bots:version" }

  // MARK: Archive

  /// String: the ID through which the archive's sealed files hold the partition's events. A hint: the files are the truth.
  package func archivePosition(_ partition: Partition) -> String { "\(prefix){\(partition)}:archive:position" }

  /// String: the ID through which the partition's events are in a file, sealed or not, as of a second ago or less. For
  /// those who want to know how far the archive is and don't write it; nothing is decided by it.
  package func archiveCursor(_ partition: Partition) -> String { "\(prefix){\(partition)}:archive:cursor" }

  /// String that expires: which process archives the partition. It decides who tries; the file link decides who wins.
  package func archiveLease(_ partition: Partition) -> String { "\(prefix){\(partition)}:archive:lease" }

  // MARK: Statistics

  /// Hash: bot → the event name that its deprecated updates count as.
  package func updatesNames(_ partition: Partition) -> String { "\(prefix){\(partition)}:stats:updates" }

  /// Hash: bot → the ID up to which its events don't count, because it was removed then.
  package func removals(_ partition: Partition) -> String { "\(prefix){\(partition)}:stats:removed" }

  /// A pattern of Redis for what all keys of statistics start with, of all partitions.
  package var statisticsPattern: String { "\(prefix){p*}:stats:*" }

  /// What all keys of statistics start with, those of versions that kept counters here included.
  package func statistics(_ partition: Partition) -> String { "\(prefix){\(partition)}:stats:" }
}
