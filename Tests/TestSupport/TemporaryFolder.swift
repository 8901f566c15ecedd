package import Foundation

/// A folder of its own for one test, removed with all that's in it when it's not referred to any more.
package final class TemporaryFolder: Sendable {
  /// Short, since a Unix socket's path has at most 107 bytes.
  package let path: String

  package init() throws {
    var template = Array("/tmp/hu-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  package var url: URL { URL(filePath: path, directoryHint: .isDirectory) }
}
