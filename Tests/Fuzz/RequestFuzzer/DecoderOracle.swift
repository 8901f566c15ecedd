import NIOCore
import NIOEmbedded
import NIOHTTP1

/// How SwiftNIO's decoder reads what the recogniser took.
enum DecoderOracle {
  static let secondBody = Array("second".utf8)
  private static let second = "POST /second HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecond"

  /// The bodies that it sees in `request` with a second one behind it, which tells where the first one ended. Nil when
  /// it refuses them.
  static func bodies(of request: UnsafeRawBufferPointer) -> [[UInt8]]? {
    let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var bytes = ByteBuffer(bytes: request)
    bytes.writeString(second)
    do {
      try channel.writeInbound(bytes)
      var bodies: [[UInt8]] = []
      while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
        switch part {
        case .head: bodies.append([])
        case .body(let body): bodies[bodies.count - 1] += Array(body.readableBytesView)
        case .end: break
        }
      }
      return bodies
    } catch {
      return nil
    }
  }
}
