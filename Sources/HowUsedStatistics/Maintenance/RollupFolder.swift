import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// A partition's folder of statistics, as a listing and the files' footers say. All calls block.
struct RollupFolder: Sendable {
  let layout: RollupLayout
  let partition: Partition

  /// Files by what they are, as of a listing.
  struct Listing: Sendable {
    var files: [RollupFile] = []
    /// Files of ours whose footer isn't what it should be.
    var damaged: [(name: RollupName, damage: RollupDamage)] = []
    /// Damaged files that were kept since they can't be made anew.
    var lost: [String] = []
    var foreign: [String] = []
    /// What a crash left half written.
    var leftovers: [String] = []
  }

  /// What a load found beside the set.
  struct Loaded: Sendable {
    var set: RollupSet
    /// Up to where months hold everything, and up to where the archive was removed by age.
    var closed: MonthProgress?
    var removed: ArchiveFloor?
    var listing: Listing
    /// The archive's.
    var segments: SegmentNumbers
    /// What is damaged beside the files of the statistics themselves.
    var damages: [RollupDamage] = []
  }

  static let damagedMark = ".damaged-"
  static let closedName = "closed"
  static let removedName = "removed"
  static let lockName = "lock"
  static let segmentDigestSize = 32

  var path: String { layout.folder(partition) }

  /// - Throws: `FileError`, `SegmentDamage` of the archive's floor.
  func load() throws -> Loaded {
    let log = PartitionLog(layout: layout.archive, partition: partition)
    let segments = try log.segments()
    let listing = try list()
    var damages: [RollupDamage] = []
    var removals: [Int64: StreamID] = [:]
    do {
      removals = try RemovedBots.read("\(path)/\(Self.removedName)")
    } catch let damage as RollupDamage {
      damages.append(damage)
    }
    var closed: MonthProgress?
    do {
      closed = try MonthProgress(reading: "\(path)/\(Self.closedName)")
    } catch let damage as RollupDamage {
      // What it says is only that some segments needn't be counted again.
      damages.append(damage)
    }
    let removed = try log.floor()
    let set = RollupSet(
      partition,
      listing.files,
      closed: closed?.floor,
      removed: removed,
      firstSegment: segments.start,
      removals: removals
    )
    return Loaded(
      set: set,
      closed: closed,
      removed: removed,
      listing: listing,
      segments: segments,
      damages: damages
    )
  }

  private func list() throws -> Listing {
    var listing = Listing()
    for text in try Folder.names(in: path, hidden: true) {
      if text.hasPrefix(RollupFileWriter.temporaryPrefix) || text.hasSuffix(CheckedFile.temporarySuffix) {
        listing.leftovers.append(text)
      } else if text.contains(Self.damagedMark) {
        listing.lost.append(text)
      } else if let name = RollupName(text) {
        do {
          listing.files.append(try RollupFile(opening: name, partition, in: layout))
        } catch let damage as RollupDamage {
          listing.damaged.append((name, damage))
        } catch let error as FileError where error.isMissing {
          // Removed since the listing.
        }
      } else if text != Self.closedName, text != Self.removedName, text != Self.lockName {
        listing.foreign.append(text)
      }
    }
    return listing
  }
}
