import Foundation

/// What shim.c does in the processes that were started with ``environment``. All of them look at one small file.
struct ShimControl: Sendable {
  /// Empty without a shim.
  let environment: [String]
  private let path: String

  /// - Parameter library: shim.c as it was built; nil: there is none, and nothing can be changed.
  init(library: String?, path: String) throws {
    self.path = path
    try Data(count: 24).write(to: URL(filePath: path))
    environment = library.map { ["LD_PRELOAD=\($0)", "HOWUSED_TORTURE_CONTROL=\(path)"] } ?? []
  }

  /// Moves the wall clock.
  func setClock(milliseconds: Int) throws { try set(0, milliseconds) }

  /// Lets every fsync take longer.
  func slowSync(milliseconds: Int) throws { try set(8, milliseconds) }

  /// Lets so many of the next fsyncs fail.
  func failSyncs(_ count: Int) throws { try set(16, count) }

  private func set(_ offset: UInt64, _ value: Int) throws {
    let file = try FileHandle(forUpdating: URL(filePath: path))
    defer { try? file.close() }
    try file.seek(toOffset: offset)
    try file.write(contentsOf: withUnsafeBytes(of: Int64(value).littleEndian) { Data($0) })
  }
}
