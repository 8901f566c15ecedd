import NIOCore
import NIOEmbedded
import NIOHTTP1

/// How SwiftNIO's decoder reads what the recogniser took.
enum DecoderOracle {
  static let secondBody = Array("second".utf8)
  private static let second = "POST /second HTTP/1.1\r\nContent-Length: 6\r\n\r\nsecond"

  /// The whole bodies that it sees in `request` with a second one behind it, which tells where the first one ended. It
  /// refuses the second one when the first one is the connection's last.
  static func bodies(of request: UnsafeRawBufferPointer) -> [[UInt8]] {
    let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    var bytes = ByteBuffer(bytes: request)
    bytes.writeString(second)
    _ = try? channel.writeInbound(bytes)
    var bodies: [[UInt8]] = []
    var body: [UInt8] = []
    while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
      switch part {
      case .head: body = []
      case .body(let part): body += Array(part.readableBytesView)
      case .end: bodies.append(body)
      }
    }
    return bodies
  }
}
