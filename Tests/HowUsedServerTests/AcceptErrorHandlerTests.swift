import Glibc
import HowUsedServer
import Logging
import NIOCore
import NIOEmbedded
import Testing

/// No more file descriptors: the listening socket must survive it, and must not be asked again and again.
struct AcceptErrorHandlerTests {
  private final class Reads: ChannelOutboundHandler {
    typealias OutboundIn = NIOAny
    var count = 0
    func read(context: ChannelHandlerContext) { count += 1 }
  }

  private static func channel() throws -> (EmbeddedChannel, Reads) {
    let reads = Reads()
    let channel = EmbeddedChannel()
    try channel.pipeline.syncOperations.addHandlers([
      reads, AcceptErrorHandler(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
    ])
    return (channel, reads)
  }

  @Test("It waits a moment before it accepts again")
  func waits() throws {
    let (channel, reads) = try Self.channel()
    channel.read()
    #expect(reads.count == 1)
    channel.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
    try channel.throwIfErrorCaught()
    channel.read()
    channel.read()
    #expect(reads.count == 1)
    channel.embeddedEventLoop.advanceTime(by: AcceptErrorHandler.pause)
    #expect(reads.count == 2)
    channel.read()
    #expect(reads.count == 3)
  }

  @Test("What ends the socket is passed on")
  func passesOn() throws {
    let (channel, _) = try Self.channel()
    channel.pipeline.fireErrorCaught(IOError(errnoCode: EBADF, reason: "accept"))
    #expect(throws: IOError.self) { try channel.throwIfErrorCaught() }
  }
}
