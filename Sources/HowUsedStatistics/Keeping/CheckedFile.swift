import Crypto
import HowUsedArchive

/// A small file with the SHA-256 of its content at its end, which is there wholly or not at all.
enum CheckedFile {
  private static let digestSize = 32

  /// Nil if there is no such file.
  /// - Throws: ``RollupDamage``, `FileError`.
  static func read(_ path: String) throws -> [UInt8]? {
    guard let status = try Folder.status(of: path) else { return nil }
    let bytes = try File.openForReading(path).read(at: 0, count: status.size)
    let content = bytes.dropLast(digestSize)
    guard bytes.count >= digestSize, bytes.suffix(digestSize).elementsEqual(digest(content)) else {
      throw RollupDamage(path: path, reason: "its SHA-256 is not the one at its end")
    }
    return Array(content)
  }

  static func write(_ content: [UInt8], _ path: String) throws(FileError) {
    try Folder.replace(path, with: content + digest(content[...]), temporary: "\(path)\(temporarySuffix)")
  }

  static let temporarySuffix = ".new"

  private static func digest(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    Array(bytes.withUnsafeBytes { SHA256.hash(data: $0) })
  }
}
