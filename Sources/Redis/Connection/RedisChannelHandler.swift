internal import NIOCore

/// Carries bytes between a channel and the connection that owns it.
final class RedisChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private weak var connection: RedisConnection?
  private let reader: ReplyReader
  private var context: ChannelHandlerContext?

  /// Nil when there is no memory.
  init?(connection: RedisConnection) {
    guard let reader = ReplyReader() else { return nil }
    self.reader = reader
    self.connection = connection
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func write(_ bytes: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  func close() {
    context?.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let connection else { return }
    do throws(RedisClientError) {
      try unwrapInboundIn(data).withUnsafeReadableBytes { bytes throws(RedisClientError) in
        try reader.read(bytes) { reply in connection.received(reply, from: self) }
      }
    } catch {
      connection.broke(error, from: self)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection?.broke(.connectionLost, from: self)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection?.broke(.connectionLost, from: self, because: error)
    context.close(promise: nil)
  }
}

@available(*, unavailable)
extension RedisChannelHandler: Sendable {}
