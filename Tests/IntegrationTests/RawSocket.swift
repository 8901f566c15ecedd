import Foundation

/// A connection that reads only when it's told to.
final class RawSocket: Sendable {
  struct Failure: Error {
    let code = errno
  }

  private let descriptor: Int32

  /// - Parameters:
  ///   - receiveBuffer: bytes that the kernel may keep for it; nil for the system's default.
  ///   - segment: the longest segment that the peer may send; its kernel keeps the less for it the shorter that is.
  init(port: Int, receiveBuffer: Int32? = nil, segment: Int32? = nil) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure() }
    if var size = receiveBuffer {
      // Before connecting: that decides the window.
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    if var size = segment {
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_MAXSEG, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure() }
  }

  deinit { close(descriptor) }

  /// From now on sending gives up after so many seconds without room.
  func limitSending(seconds: Int) {
    var limit = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Returns how much was taken; not positive when nothing was.
  @discardableResult
  func send(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Nothing more will be sent; what comes can still be read.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  enum Received: Equatable {
    case bytes([UInt8])
    case nothingYet
    case closed
  }

  /// What has come, without waiting for it.
  func receive() -> Received {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = bytes.withUnsafeMutableBytes {
      recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
    }
    if count > 0 { return .bytes(Array(bytes[..<count])) }
    return count < 0 && (errno == EAGAIN || errno == EINTR) ? .nothingYet : .closed
  }
}
