import NIOCore
import NIOEmbedded

@testable import HowUsedServer

/// A client's connection through all handlers of the server, as far as the router, without a socket.
enum FuzzedConnection {
  /// Longer than any deadline of a connection's handlers.
  private static let patience = TimeAmount.seconds(30)
  private static let loop = EmbeddedEventLoop()

  /// - Parameters:
  ///   - pieces: what is received, each by a read of its own.
  ///   - finishes: the client sends nothing after that, which half closes the connection.
  static func run(_ pieces: [ArraySlice<UInt8>], finishes: Bool) {
    let worker = FuzzedServer.worker(on: loop)
    let handler = FastLaneHandler(worker: worker) { channel, progress in
      try FastLaneChannel.addHTTPHandlers(to: channel, worker: worker, progress: progress, logger: FuzzedServer.logger)
      try channel.pipeline.syncOperations.addHandler(RouterHandler())
    }
    let channel = EmbeddedChannel(handler: handler, loop: loop)
    channel.connect(to: FuzzedServer.address, promise: nil)
    var answer = ByteBuffer()
    for piece in pieces {
      // What isn't HTTP closes the connection, after which nothing can be received.
      guard channel.isActive, (try? channel.writeInbound(ByteBuffer(bytes: piece))) != nil else { break }
      loop.run()
      take(channel, &answer)
    }
    if finishes, channel.isActive { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    loop.run()
    loop.advanceTime(by: patience)
    take(channel, &answer)
    _ = try? channel.finish(acceptAlreadyClosed: true)
    worker.stop()
    loop.advanceTime(by: patience)
    let start = String(buffer: answer).prefix(9)
    precondition(start.isEmpty || start == "HTTP/1.1 ", "an answer that isn't HTTP")
  }

  private static func take(_ channel: EmbeddedChannel, _ answer: inout ByteBuffer) {
    while var part = try? channel.readOutbound(as: ByteBuffer.self) { answer.writeBuffer(&part) }
  }
}
