/// A file of the archive that is not what it should be: where, and why.
package struct SegmentDamage: Error, Sendable, Equatable, CustomStringConvertible {
  package let path: String
  /// Bytes from the file's start to what is wrong; nil when it is about the file as a whole.
  package let offset: Int?
  package let reason: String

  package init(path: String, offset: Int? = nil, reason: String) {
    self.path = path
    self.offset = offset
    self.reason = reason
  }

  package var description: String {
    guard let offset = self.offset else { return "\(self.path): \(self.reason)" }
    return "\(path): at byte \(offset): \(reason)"
  }
}
