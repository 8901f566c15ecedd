package import Hummingbird
import HummingbirdCore
package import Logging
package import NIOCore
import ServiceLifecycle

/// The HTTP server as a service: the fast lane in front, Hummingbird's router behind it, on one port.
package struct HTTPService: Service {
  package typealias Routes = @Sendable (Router<ServerContext>) -> Void

  /// Connections that may be open at once, if the process may open as many files; more wait in the listen queue.
  package static let maximumConnections = 60_000
  /// How long those who don't take their answers, or don't end their requests, may hold up the server's end.
  package static let longestStop = Duration.seconds(3)

  private let address: BindAddress
  private let group: any EventLoopGroup
  private let workers: WorkerPool
  private let connections: ConnectionLimit
  private let routes: Routes
  private let onRunning: @Sendable (any Channel) async -> Void
  private let logger: Logger

  /// - Parameters:
  ///   - port: 0 takes a free one.
  ///   - group: the workers' group.
  ///   - onRunning: told the listening channel.
  package init(
    host: String,
    port: Int,
    group: any EventLoopGroup,
    workers: WorkerPool,
    connections: ConnectionLimit? = nil,
    logger: Logger,
    onRunning: @escaping @Sendable (any Channel) async -> Void = { _ in },
    routes: @escaping Routes
  ) {
    address = .hostname(host, port: port)
    self.group = group
    self.workers = workers
    self.connections = connections ?? ConnectionLimit(logger: logger)
    self.routes = routes
    self.onRunning = onRunning
    self.logger = logger
  }

  /// What answers all that the fast lane doesn't.
  package static func router(_ routes: Routes) -> Router<ServerContext> {
    let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: JSONErrorMiddleware())
    routes(router)
    router.add(middleware: OtherMethodsMiddleware(router))
    return router
  }

  package func run() async throws {
    let app = Application(
      router: Self.router(routes),
      server: HTTPServerBuilder { [workers, connections] responder in
        FastLaneChannel(workers: workers, connections: connections, responder: responder)
      },
      configuration: .init(
        address: address,
        serverName: nil,
        backlog: 4096,
        availableConnectionsDelegate: MaximumAvailableConnections(
          min(Self.maximumConnections, OpenFileLimit.connections(within: OpenFileLimit.raise()))
        )
      ),
      onServerRunning: { [logger, onRunning] channel in
        try? await channel.eventLoop.submit {
          try channel.pipeline.syncOperations.addHandler(AcceptErrorHandler(logger: logger), position: .first)
        }.get()
        await onRunning(channel)
      },
      eventLoopGroupProvider: .shared(group),
      logger: logger
    )
    // A group of its own, so that whoever holds it up can't take the time that the services after it need.
    var lifecycle = ServiceGroupConfiguration(services: [app], logger: logger)
    lifecycle.maximumGracefulShutdownDuration = Self.longestStop
    do {
      try await ServiceGroup(configuration: lifecycle).run()
    } catch  where Task.isShuttingDownGracefully {
      logger.warning("some connections were cut off", metadata: ["error": "\(error)"])
    }
  }
}

/// What a route knows of its request. The channel is there so that a connection can be cut off whose reader has stopped
/// reading: writing to it would wait for ever.
package struct ServerContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  package let channel: any Channel

  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
