import ByteText
import Crypto
import HowUsedModel
import HowUsedStore

/// A small file that holds one place in a partition's log: `<segment number> <its last id> <checksum>`, the last being the
/// first 16 hexadecimal digits of the SHA-256 of what is before the second blank. Earlier versions wrote none.
enum PositionFile {
  /// Nil if there is none.
  /// - Throws: `FileError`, `SegmentDamage`.
  static func read(_ path: String) throws -> LogPosition? {
    guard try Folder.status(of: path) != nil else { return nil }
    let file = try File.openForReading(path)
    let bytes = try file.read(at: 0, count: min(try file.size(), 256))
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: { $0 == " " || $0 == "\n" })
    guard words.count == 2 || words.count == 3, let number = UInt64(words[0]), number <= LogPosition.highestNumber,
      let last = StreamID(String(words[1]))
    else {
      throw SegmentDamage(path: path, reason: "not `<segment number> <stream id> <checksum>`")
    }
    let position = LogPosition(last: last, number: number)
    guard words.count == 2 || words[2] == checksum(position) else {
      throw SegmentDamage(path: path, reason: "its checksum is not that of `\(words[0]) \(words[1])`")
    }
    return position
  }

  /// Several processes may do this at once: each writes a file of its own first.
  static func write(_ position: LogPosition, _ path: String) throws(FileError) {
    let text = "\(position.number) \(position.last) \(checksum(position))\n"
    try Folder.replace(path, with: Array(text.utf8), temporary: "\(temporaryPrefix(path))\(RandomName.make())")
  }

  /// Removes what a crash left of a file that was to be replaced.
  /// - Parameter names: in its folder; nil: they are looked up.
  static func removeLeftovers(of path: String, among names: [String]? = nil) throws(FileError) {
    let prefix = temporaryPrefix(path)
    guard let slash = prefix.lastIndex(of: "/") else { return }
    let folder = String(prefix[..<slash])
    let name = prefix[prefix.index(after: slash)...]
    var files = names ?? []
    if names == nil { files = try Folder.names(in: folder, hidden: true) }
    for file in files where file.hasPrefix(name) {
      try Folder.unlink("\(folder)/\(file)")
    }
  }

  /// Hidden, so that nobody takes it for a file of the archive.
  private static func temporaryPrefix(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return ".\(path).new-" }
    return "\(path[...slash]).\(path[path.index(after: slash)...]).new-"
  }

  private static func checksum(_ position: LogPosition) -> String {
    let text = Array("\(position.number) \(position.last)".utf8)
    return Hex.text(SHA256.hash(data: text).prefix(8))
  }
}
