internal import NIOCore

/// Carries bytes between a channel and the connection that owns it.
final class RedisChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Nil until the connection uses this channel, and again once it has given it up: whatever still comes is late.
  private var connection: RedisConnection?
  private var parser = ReplyParser()
  private var context: ChannelHandlerContext?

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
  }

  func write(_ bytes: ByteBuffer) {
    context?.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
  }

  /// From now on the connection is told what happens.
  func serve(_ connection: RedisConnection) {
    self.connection = connection
  }

  /// Closes the channel and tells the connection nothing any more.
  func abandon() {
    connection = nil
    context?.close(promise: nil)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let connection else { return }
    do throws(RedisClientError) {
      try unwrapInboundIn(data).withUnsafeReadableBytes { bytes throws(RedisClientError) in
        try parser.read(bytes) { reply in
          connection.received(reply)
          return self.connection != nil
        }
      }
    } catch {
      connection.broke(error)
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    connection?.broke(.connectionLost)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connection?.broke(.connectionLost, because: error)
    context.close(promise: nil)
  }
}

@available(*, unavailable)
extension RedisChannelHandler: Sendable {}
