import Glibc
import NIOCore

/// The socket of a client's connection, to send an answer by one system call and nothing else: the way through
/// SwiftNIO's channel costs as many instructions as all else that a request needs of it.
///
/// Only for its event loop, and only while the channel is active: afterwards the number may be another connection's.
struct ClientSocket {
  private let handle: NIOBSDSocket.Handle

  /// Nil for a channel that has no socket.
  init?(of channel: any Channel) {
    let operations = channel.pipeline.syncOperations
    let handle = try? operations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { $0 }
    guard let handle else { return nil }
    self.handle = handle
  }

  /// Sends as much as the socket takes now. Returns how many bytes: 0 also on any error, which the channel will find.
  func send(_ bytes: ByteBuffer) -> Int {
    bytes.withUnsafeReadableBytes { max(0, Glibc.send(handle, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))) }
  }
}
