import HowUsedArchive
import HowUsedModel
import HowUsedStore

/// Counts archived lines and stream entries into a rebuild's own generations.
struct RebuildWriter {
  private var committer: BatchCommitter
  private var batch = Batch(cacheSize: 1 << 20)
  private let only: BotID?
  /// Archived lines that may lie behind the limit, and from where on they weren't counted.
  private var held: [UInt8] = []
  private var heldStart = 0
  private(set) var readThrough = StreamID.zero
  private(set) var committedThrough = StreamID.zero

  init(committer: BatchCommitter, only: BotID?) {
    self.committer = committer
    self.only = only
  }

  var hasHeldLines: Bool { heldStart < held.count }

  /// Takes lines over, to be counted by ``takeHeld(through:)``. Returns how many there are.
  mutating func hold(_ lines: [UInt8]) -> Int {
    held = lines
    heldStart = 0
    return lines.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
  }

  /// Counts held lines up to the limit (nil: all), and commits now and then.
  mutating func takeHeld(through limit: StreamID?) async throws {
    while hasHeldLines {
      let isOver = takeSome(through: limit)
      try await commitIfLarge()
      if isOver { return }
    }
  }

  /// Counts until the batch is large; returns whether the limit was reached.
  private mutating func takeSome(through limit: StreamID?) -> Bool {
    let lines = held
    return lines.withUnsafeBytes { bytes in
      while heldStart < bytes.count {
        let rest = bytes[heldStart...]
        let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        let text = UnsafeRawBufferPointer(rebasing: bytes[heldStart..<end])
        if let line = ArchiveLine(text) {
          if let limit, line.id > limit { return true }
          // What both the archive and the stream hold is counted once.
          if line.id > readThrough {
            let fragment = UnsafeRawBufferPointer(rebasing: text[line.rest..<text.count - 1])
            if let event = ArchivedEvent(fragment: fragment) {
              batch.add(event, in: fragment, at: event.time ?? line.time, only: only)
            }
            readThrough = line.id
          }
        }
        heldStart = min(end + 1, bytes.count)
        if batch.weight >= PartitionCounter.batchWeight { return false }
      }
      return false
    }
  }

  /// Counts stream entries, and commits now and then.
  mutating func add(_ page: StreamEntries) async throws {
    var next = 0
    while next < page.count {
      next = page.forEach(from: next) { entry in
        // What both the archive and the stream hold is counted once.
        if entry.id > readThrough {
          _ = batch.add(entry, only: only)
          readThrough = entry.id
        }
        return batch.weight < PartitionCounter.batchWeight
      }
      try await commitIfLarge()
    }
  }

  private mutating func commitIfLarge() async throws {
    if batch.weight >= PartitionCounter.batchWeight { try await commit() }
  }

  /// - Throws: ``RebuildError``-free errors of the client; the rebuild is to be given up then.
  mutating func commit() async throws {
    guard readThrough > committedThrough else { return }
    switch try await committer.commit(batch, from: committedThrough, to: readThrough) {
    case .done(let crowded):
      committedThrough = readThrough
      batch.committed()
      try await committer.fold(crowded)
    case .moved: throw CancellationError()
    }
  }
}
