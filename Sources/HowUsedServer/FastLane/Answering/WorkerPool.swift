package import HowUsedStore
package import Logging
package import NIOCore
package import Redis
import ServiceLifecycle

/// The workers, one an event loop, each with a connection to Redis of its own. Each is used on its own loop only.
///
/// As a service it only waits, and ends the connections when the service group comes to it on shutting down.
package final class WorkerPool: Service {
  private let workers: [ObjectIdentifier: NIOLoopBound<APIWorker>]

  /// Starts a worker on each event loop of the group.
  /// - Parameter idSeconds: how long an event's id is kept.
  package init(
    group: any EventLoopGroup,
    endpoint: RedisEndpoint,
    keys: KeySchema,
    clock: RedisClock,
    gate: IngestGate,
    streamGuard: StreamGuard? = nil,
    idSeconds: Int = 600,
    logger: Logger
  ) async throws {
    var workers: [ObjectIdentifier: NIOLoopBound<APIWorker>] = [:]
    for loop in group.makeIterator() {
      workers[ObjectIdentifier(loop)] = try await loop.submit {
        let worker = APIWorker(
          redis: RedisConnection(endpoint: endpoint, eventLoop: loop, logger: logger),
          keys: keys,
          clock: clock,
          gate: gate,
          streamGuard: streamGuard,
          idSeconds: idSeconds,
          eventLoop: loop,
          logger: logger
        )
        worker.start()
        return NIOLoopBound(worker, eventLoop: loop)
      }.get()
    }
    self.workers = workers
  }

  /// The worker of the event loop that this is called on; nil on a loop of another group.
  func worker(on loop: any EventLoop) -> APIWorker? {
    workers[ObjectIdentifier(loop)]?.value
  }

  /// Tells every worker which bots there are.
  @Sendable package func update(_ snapshot: BotDirectory) {
    for worker in workers.values { worker.eventLoop.execute { worker.value.update(snapshot) } }
  }

  package func run() async throws {
    try? await gracefulShutdown()
    for worker in workers.values { try await worker.eventLoop.submit { worker.value.stop() }.get() }
  }
}
