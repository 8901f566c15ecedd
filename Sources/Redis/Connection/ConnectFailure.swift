import NIOCore
import NIOPosix

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Why no connection could be made, in words for an operator: NIO's own name the functions and wrappers.
enum ConnectFailure {
  static func text(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(cString: strerror(error.errnoCode))
    case let error as NIOConnectionError: text(error)
    case ChannelError.connectTimeout: "no answer in time"
    default: "\(error)"
    }
  }

  private static func text(_ error: NIOConnectionError) -> String {
    if error.dnsAError != nil, error.dnsAAAAError != nil { return "the host name \"\(error.host)\" isn't known" }
    var reasons: [String] = []
    for failure in error.connectionErrors.map({ text($0.error) }) where !reasons.contains(failure) {
      reasons.append(failure)
    }
    return reasons.isEmpty ? "\(error)" : reasons.joined(separator: "; ")
  }
}
