internal import HowUsedModel
internal import HowUsedStore
internal import NIOCore

/// Makes archive lines of stream entries by copying bytes: the stream holds a line's tail already.
struct LineComposer {
  private(set) var page = StreamPage()
  private let partitionText: [UInt8]
  /// Has no lines yet when its count is 0.
  private var current = LineBatch.empty
  /// The text of the second that the last line was in, `2026-11-22T10:00:00.`, and that second.
  private var secondText = [UInt8](repeating: 0, count: UTCTime.textLength)
  private var second: UInt64 = .max

  /// What a line has besides its id and its fragment, at most.
  private static let frame = 64

  /// A line as most bots make them; only a first guess at how much memory a page takes.
  private static let expectedLineBytes = 192

  init(partition: Partition) { partitionText = Array(String(partition.rawValue).utf8) }

  mutating func add(_ entries: StreamEntries) {
    if current.count == 0 { current.bytes.reserveCapacity(entries.count * Self.expectedLineBytes) }
    _ = entries.forEach { entry in
      add(entry)
      return true
    }
  }

  private mutating func add(_ entry: StreamEntry) {
    let id = entry.id
    page.entries += 1
    page.last = id
    guard let event = entry.event else {
      page.foreign.append(id)
      return
    }
    if current.count > 0, current.first.day != id.day {
      page.batches.append(current)
      current = .empty
    }
    if event.time == nil { prepareTime(id.milliseconds) }
    write(entry.idText, entry.fragment, hasTime: event.time != nil)
    current.note(id, time: event.time ?? Int64(clamping: id.milliseconds))
  }

  /// - Parameter isEnd: whether nothing came behind what was added.
  consuming func finish(isEnd: Bool) -> StreamPage {
    if current.count > 0 { page.batches.append(current) }
    page.isEnd = isEnd
    return page
  }

  private mutating func prepareTime(_ milliseconds: UInt64) {
    if milliseconds / 1000 != second {
      second = milliseconds / 1000
      secondText.withUnsafeMutableBytes {
        _ = UTCTime.write(milliseconds: Int64(clamping: milliseconds), to: $0)
      }
    }
    var rest = milliseconds % 1000
    for index in stride(from: UTCTime.textLength - 2, to: UTCTime.textLength - 5, by: -1) {
      secondText[index] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
      rest /= 10
    }
  }

  private mutating func write(
    _ idText: UnsafeRawBufferPointer,
    _ fragment: UnsafeRawBufferPointer,
    hasTime: Bool
  ) {
    let needed = idText.count + fragment.count + Self.frame + UTCTime.textLength
    current.bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: needed) { space in
      guard let base = space.baseAddress else { return 0 }
      var end = base
      end.put(ArchiveLine.idKey)
      end.put(idText)
      end.put(ArchiveLine.partitionKey)
      partitionText.withUnsafeBytes { end.put($0) }
      if hasTime {
        end.put(",")
      } else {
        end.put(ArchiveLine.timeKey)
        secondText.withUnsafeBytes { end.put($0) }
        end.put(ArchiveLine.timeEnd)
      }
      end.put(fragment)
      end.put("}\n")
      return end - base
    }
  }
}

extension UnsafeMutableRawPointer {
  /// Copies bytes here and moves behind them. The caller has made sure of the room.
  fileprivate mutating func put(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    copyMemory(from: source, byteCount: bytes.count)
    self += bytes.count
  }

  fileprivate mutating func put(_ text: StaticString) {
    copyMemory(from: text.utf8Start, byteCount: text.utf8CodeUnitCount)
    self += text.utf8CodeUnitCount
  }
}
