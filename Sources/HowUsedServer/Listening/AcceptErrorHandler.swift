import Glibc
package import Logging
package import NIOCore

/// Keeps the listening socket in use when a connection can't be accepted, for want of file descriptors or memory: those
/// who have connected wait in the listen queue, and are tried again a moment later.
///
/// Without it the error would reach Hummingbird's server, which then stops altogether.
package final class AcceptErrorHandler: ChannelDuplexHandler {
  package typealias InboundIn = NIOAny
  package typealias OutboundIn = NIOAny

  package static let pause = TimeAmount.milliseconds(100)

  private let logger: Logger
  private var isPaused = false
  private var readIsHeld = false
  private var lastLogged: NIODeadline?

  package init(logger: Logger) { self.logger = logger }

  package func read(context: ChannelHandlerContext) {
    if isPaused { readIsHeld = true } else { context.read() }
  }

  package func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard Self.passes(error) else { return context.fireErrorCaught(error) }
    if lastLogged.map({ .now() - $0 > .seconds(5) }) ?? true {
      lastLogged = .now()
      logger.error("connections can't be accepted at present", metadata: ["error": "\(error)"])
    }
    guard !isPaused else { return }
    isPaused = true
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
      self.isPaused = false
      guard self.readIsHeld else { return }
      self.readIsHeld = false
      context.read()
    }
  }

  /// Whether it concerns one connection, or passes by itself: SwiftNIO doesn't close the socket for these either.
  private static func passes(_ error: any Error) -> Bool {
    guard let code = (error as? IOError)?.errnoCode else { return false }
    return [ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(code)
  }
}

@available(*, unavailable)
extension AcceptErrorHandler: Sendable {}
