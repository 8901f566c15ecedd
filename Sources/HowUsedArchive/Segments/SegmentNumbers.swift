import HowUsedModel
package import HowUsedStore

/// Which segments a partition's files stand for. A file that was joined stands for several; of those before its own there
/// may still be files, after a crash, that count no more.
package struct SegmentNumbers: Sendable, Equatable {
  /// Of the files that count, ascending: each is the last one that its file stands for.
  package private(set) var files: [UInt64] = []
  /// The first segment that a file stands for, of those that were joined.
  private var first: [UInt64: UInt64] = [:]

  package init() {}

  /// - Parameters:
  ///   - numbers: of all files, ascending.
  ///   - old: as of an earlier listing, so that not all footers are read again.
  ///   - footer: nil when the file can't tell.
  init(_ numbers: [UInt64], old: SegmentNumbers, footer: (UInt64) throws -> SegmentFooter?) rethrows {
    var next = numbers.count - 1
    while next >= 0 {
      let number = numbers[next]
      files.append(number)
      next -= 1
      // Only a file that was joined leaves a gap.
      let before = next >= 0 ? numbers[next] : 0
      guard before + 1 < number else { continue }
      var start = old.first[number]
      if start.map({ before + 1 != $0 }) ?? true { start = try footer(number)?.numbers.lowerBound }
      guard let start, start < number else { continue }
      first[number] = start
      while next >= 0, numbers[next] >= start { next -= 1 }
    }
    files.reverse()
  }

  package var last: UInt64? { files.last }

  /// The first segment that any file stands for.
  package var start: UInt64? { files.first.map { numbers(of: $0).lowerBound } }

  /// The segments that a file stands for.
  package func numbers(of file: UInt64) -> ClosedRange<UInt64> { (first[file] ?? file)...file }

  /// The file that stands for a segment; nil if there is none.
  package func file(holding segment: UInt64) -> UInt64? {
    let index = index(of: segment)
    return index < files.count && numbers(of: files[index]).contains(segment) ? files[index] : nil
  }

  /// The files that stand for segments behind one.
  package func files(behind segment: UInt64) -> ArraySlice<UInt64> { files[index(of: segment + 1)...] }

  /// Of the first file that stands for this segment or one behind it.
  private func index(of segment: UInt64) -> Int { files.partitioningIndex { $0 >= segment } }
}

extension PartitionLog {
  /// Which segments there are files of.
  /// - Parameter old: as of an earlier listing.
  package func segments(since old: SegmentNumbers = SegmentNumbers()) throws -> SegmentNumbers {
    try SegmentNumbers(try numbers(), old: old) { try footerIfThere($0) }
  }

  /// The newest segment that there is, without listing all of them.
  /// - Parameter known: one that there is or was.
  package func newest(behind known: UInt64) throws(FileError) -> UInt64 {
    var number = known
    // Numbers before a joined one have no file, so that counting up alone may end early.
    if let head = try? head() {
      if head.number > known {
        let isThere = try Folder.status(of: layout.segment(head.number, partition)) != nil
        number = isThere ? head.number : max(known, try numbers().last ?? 0)
      }
    } else {
      number = max(known, try numbers().last ?? 0)
    }
    while try Folder.status(of: layout.segment(number + 1, partition)) != nil { number += 1 }
    return number
  }

  /// Nil as well when the segment is gone, or can't tell.
  func footerIfThere(_ number: UInt64) throws(FileError) -> SegmentFooter? {
    do {
      return try SegmentFooter.read(layout.segment(number, partition))
    } catch  where error.isMissing {
      return nil
    }
  }

  /// The number of the file behind a segment that stands for it, too, since it was joined; nil if there is none. Files in
  /// between may be left of a joining that didn't come to its end.
  func joined(over number: UInt64) throws(FileError) -> UInt64? {
    let last = number + UInt64(SegmentFooter.mostJoined)
    for next in try numbers() where next > number && next < last {
      if try footerIfThere(next)?.numbers.contains(number) ?? false { return next }
    }
    return nil
  }
}
