internal import CZstd

/// What libzstd said was wrong.
package struct ZstdError: Error, Sendable, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }

  /// Takes a size returned by libzstd, which may stand for an error.
  static func check(_ result: Int) throws(ZstdError) -> Int {
    guard ZSTD_isError(result) == 0 else { throw ZstdError(String(cString: ZSTD_getErrorName(result))) }
    return result
  }
}
