import HowUsedArchive

/// Where a section can be had: in a file, or in memory, from the events that aren't sealed yet.
enum SectionPlace: Sendable {
  case file(RollupFile, RollupEntry)
  /// - Parameter number: that no other one has.
  case memory([UInt8], start: Int64, number: UInt64)

  /// Unix seconds.
  var start: Int64 {
    switch self {
    case .file(_, let entry): entry.start
    case .memory(_, let start, _): start
    }
  }

  var isMonth: Bool {
    if case .file(let file, _) = self { return file.name.kind == .month }
    return false
  }

  var isInFile: Bool { if case .file = self { true } else { false } }

  /// What tells it from every other one, also from one of the same name that was made anew.
  var identity: String {
    switch self {
    case .file(let file, let entry):
      "\(file.name)/\(entry.offset)/\(entry.size)/\(file.size)/\(file.footer.bucket)"
    case .memory(_, _, let number): "memory/\(number)"
    }
  }

  /// Unix seconds.
  var end: Int64 { isMonth ? UTCMonth.end(of: start) : start + DayCounter.secondsPerDay }

}

/// The sections that one question reads. What is of the last days, and who is known, is asked for by many parts of an answer,
/// and stays.
final class SectionLoader {
  private let decompressor: ZstdDecompressor
  private var kept: [String: Section] = [:]

  init() throws(ZstdError) { decompressor = try ZstdDecompressor() }

  /// - Throws: ``RollupDamage``, ``RollupGone``, `FileError`.
  func load(_ place: SectionPlace) throws -> Section {
    switch place {
    case .file(let file, let entry):
      guard file.name.kind == .minutes || file.name.kind == .known else { return try file.section(entry, decompressor) }
      return try keep("\(file.name)/\(entry.offset)") { try file.section(entry, decompressor) }
    case .memory(let bytes, _, _):
      return try keep(place.identity) {
        try Section(bytes[...], path: "memory", order: .max, decompressor: decompressor)
      }
    }
  }

  private func keep(_ name: String, _ load: () throws -> Section) throws -> Section {
    if let section = kept[name] { return section }
    let section = try load()
    section.keepsBlocks = true
    kept[name] = section
    return section
  }

  func load(_ places: [SectionPlace]) throws -> [Section] {
    try places.map { try load($0) }.filter { $0.header.users > 0 }
  }
}

/// Sections whose times overlap, and none of another group: a day's, or a month's. What is asked of a time is counted group
/// by group, so that no more than one is in memory.
struct SectionGroup: Sendable {
  private(set) var places: [SectionPlace]

  init(_ place: SectionPlace) { places = [place] }

  /// Groups in the order of time.
  static func groups(_ places: [SectionPlace]) -> [SectionGroup] {
    var groups: [SectionGroup] = []
    var end = Int64.min
    for place in places.sorted(by: { ($0.start, $0.isMonth ? 0 : 1) < ($1.start, $1.isMonth ? 0 : 1) }) {
      if place.start < end {
        groups[groups.count - 1].places.append(place)
      } else {
        groups.append(SectionGroup(place))
      }
      end = max(end, place.end)
    }
    return groups
  }

  var isInFiles: Bool { places.allSatisfy(\.isInFile) }

  /// Unix seconds.
  var time: Range<Int64> { (places.first?.start ?? 0)..<(places.map(\.end).max() ?? 0) }
}
