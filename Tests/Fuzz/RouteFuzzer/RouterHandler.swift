import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTPTypes

/// In Hummingbird's place behind the other handlers: gives each whole request to the router, and waits for its answer.
final class RouterHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPRequestPart
  typealias OutboundOut = HTTPResponsePart

  private var head: HTTPRequest?
  private var body = ByteBuffer()

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body.clear()
    case .body(var part): body.writeBuffer(&part)
    case .end:
      guard let head else { return }
      self.head = nil
      let (response, content) = FuzzedServer.answer(Request(head: head, body: RequestBody(buffer: body)))
      precondition(response.status.code != 500, "\(head.path ?? "") isn't answered")
      context.write(wrapOutboundOut(.head(response)), promise: nil)
      context.write(wrapOutboundOut(.body(content)), promise: nil)
      context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

@available(*, unavailable)
extension RouterHandler: Sendable {}
