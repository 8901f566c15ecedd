import NIOCore
import NIOPosix
import Redis
import Synchronization
import TestSupport

/// Listens on a Unix socket, answers each piece of bytes that arrives with what `answer` says (nil closes the
/// connection). For what a real Redis never does.
final class FakeServer: Sendable {
  let endpoint: RedisEndpoint
  private let folder: TemporaryFolder
  private let channel: any Channel

  init(answer: @escaping @Sendable (String) -> String?) async throws {
    folder = try TemporaryFolder()
    let path = folder.path + "/fake.sock"
    endpoint = RedisEndpoint(address: .unix(path: path))
    channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Answerer(answer: answer))
        }
      }
      .bind(unixDomainSocketPath: path).get()
  }

  func close() async throws {
    try await channel.close()
  }
}

private final class Answerer: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  private let answer: @Sendable (String) -> String?

  init(answer: @escaping @Sendable (String) -> String?) {
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard let text = answer(String(buffer: unwrapInboundIn(data))) else { return context.close(promise: nil) }
    context.writeAndFlush(NIOAny(ByteBuffer(string: text)), promise: nil)
  }
}
