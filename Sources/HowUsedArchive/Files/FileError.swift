#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A system call on a file that failed, with its errno.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case open, read, write, sync, truncate, close, link, unlink, rename, makeFolder, list, status, lock
  }

  package let operation: Operation
  package let path: String
  package let code: CInt

  package init(_ operation: Operation, path: String, code: CInt) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  /// No room on the device or in the quota: waiting may help, and nothing is wrong with the file.
  package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  package var isMissing: Bool { code == ENOENT }
  package var isBrokenPipe: Bool { code == EPIPE }
  package var alreadyExists: Bool { code == EEXIST }

  package var description: String {
    "\(operation.rawValue) of \(path) failed: \(String(cString: strerror(code))) (errno \(code))"
  }
}
