/// What a file holds, as far as the device gives it: a bad sector costs what is in it, not what is behind it.
package struct FileContents: Sendable {
  /// Zeros where nothing could be read.
  package private(set) var bytes: [UInt8]
  /// Where the device failed, ascending.
  package private(set) var unreadable: [Range<Int>] = []

  /// The unit in which it's tried what can be read, in bytes.
  package static let block = 4096
  /// After so many bad ones the rest isn't tried any more: each may cost seconds.
  package static let mostBlocks = 64

  /// - Parameter read: gives up to `count` bytes at `offset`.
  package static func read(
    size: Int,
    _ read: (_ offset: Int, _ count: Int) throws(FileError) -> [UInt8]
  ) throws(FileError) -> FileContents {
    do {
      return FileContents(bytes: try read(0, size))
    } catch  where error.isUnreadable {
      return try byBlocks(size, read)
    }
  }

  private static func byBlocks(
    _ size: Int,
    _ read: (_ offset: Int, _ count: Int) throws(FileError) -> [UInt8]
  ) throws(FileError) -> FileContents {
    var contents = FileContents(bytes: [UInt8](repeating: 0, count: size))
    var bad = 0
    var offset = 0
    while offset < size {
      let end = bad < mostBlocks ? min(offset + block, size) : size
      do {
        let bytes = bad < mostBlocks ? try read(offset, end - offset) : nil
        if let bytes {
          contents.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        } else {
          contents.add(unreadable: offset..<end)
        }
      } catch  where error.isUnreadable {
        bad += 1
        contents.add(unreadable: offset..<end)
      }
      offset = end
    }
    return contents
  }

  private mutating func add(unreadable range: Range<Int>) {
    if let last = unreadable.last, last.upperBound == range.lowerBound {
      unreadable[unreadable.count - 1] = last.lowerBound..<range.upperBound
    } else {
      unreadable.append(range)
    }
  }
}
