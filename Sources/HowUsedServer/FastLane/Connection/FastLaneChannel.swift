import HTTPTypes
import HowUsedModel
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// How Hummingbird's server treats a connection: the fast lane first, SwiftNIO's HTTP decoder and Hummingbird's router
/// when the fast lane hands it over.
package struct FastLaneChannel: HTTPChannelHandler {
  package typealias Value = FastLaneConnection

  package let responder: HTTPChannelHandler.Responder
  private let workers: WorkerPool

  package init(workers: WorkerPool, responder: @escaping HTTPChannelHandler.Responder) {
    self.workers = workers
    self.responder = responder
  }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<FastLaneConnection> {
    channel.eventLoop.makeCompletedFuture {
      guard let worker = workers.worker(on: channel.eventLoop) else {
        throw ChannelError.inappropriateOperationForState
      }
      let handedOver = channel.eventLoop.makePromise(
        of: NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?.self
      )
      channel.closeFuture.whenComplete { _ in handedOver.succeed(nil) }
      let handler = FastLaneHandler(worker: worker) { channel, progress in
        handedOver.succeed(try Self.installHTTP(on: channel, worker: worker, progress: progress, logger: logger))
      }
      try channel.pipeline.syncOperations.addHandler(handler)
      // The fast lane asks for what it wants to read; without this it would be sent more than it can hold.
      guard let options = channel.syncOptions else { throw ChannelError.operationUnsupported }
      try options.setOption(.autoRead, value: false)
      return FastLaneConnection(channel: channel, handedOver: handedOver.futureResult)
    }
  }

  package func handle(value: FastLaneConnection, logger: Logger) async {
    await withTaskCancellationHandler {
      // The future never fails: closing the connection succeeds it.
      guard let connection = (try? await value.handedOver.get()) ?? nil else { return }
      await handleHTTP(asyncChannel: connection, logger: logger)
    } onCancel: {
      // Both ways, since a client that doesn't read would be waited for without end.
      value.channel.close(promise: nil)
    }
  }

  /// SwiftNIO's decoder, the API once more (for every form of request that the fast lane doesn't take), Hummingbird.
  private static func installHTTP(
    on channel: any Channel,
    worker: APIWorker,
    progress: RequestProgress,
    logger: Logger
  ) throws -> NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart> {
    try addHTTPHandlers(to: channel, worker: worker, progress: progress, logger: logger)
    return try NIOAsyncChannel(
      wrappingChannelSynchronously: channel,
      configuration: .init(isOutboundHalfClosureEnabled: true)
    )
  }

  /// All handlers of the connection between the fast lane and Hummingbird.
  static func addHTTPHandlers(
    to channel: any Channel,
    worker: APIWorker,
    progress: RequestProgress,
    logger: Logger
  ) throws {
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(HTTPResponseEncoder())
    // The address counts as one field, and may be longer than is answered, so that its own error tells.
    var limits = NIOHTTPDecoderLimitConfiguration()
    limits.maxHeaderFieldSize = Limits.headBytes
    limits.maxHeaderListSize = Limits.headBytes
    limits.maxHeaderFieldCount = Limits.headFields
    try pipeline.addHandler(ByteToMessageHandler(HTTPRequestDecoder(limitConfiguration: limits)))
    try pipeline.addHandler(HTTPServerPipelineHandler())
    try pipeline.addHandler(APIRequestHandler(worker: worker, progress: progress))
    try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
    // Idle connections are ended by ``IdleTimeouts``: this handler, behind the API's, would not see the API's requests.
    try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: nil, logger: logger))
  }
}

/// One accepted connection. Hummingbird has nothing to do for it until, and unless, it is handed over.
package struct FastLaneConnection: ServerChildChannelValue {
  package let channel: any Channel
  /// The connection's HTTP messages once it was handed over; nil when it ended before that.
  let handedOver: EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>
}
