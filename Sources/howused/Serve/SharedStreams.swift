import HowUsedStore
import Logging
import Redis
import ServiceLifecycle

/// How the archive and the statistics of `howused serve` follow the streams: on one thread, and reading each entry once.
struct SharedStreams {
  /// Some 100,000 events: more than a server on two cores takes in from one look at the streams to the next.
  private static let keptBytes = 32 << 20

  let reader: StreamReader
  private let thread = BackgroundThread()

  init(store: Store, logger: Logger) {
    let client = RedisClient(endpoint: store.endpoint, group: thread.group, logger: logger)
    reader = StreamReader(client: client, keys: store.keys, keptBytes: Self.keptBytes)
  }

  /// A service that runs, with the tasks that it makes, on the thread.
  func onThread(_ service: any Service) -> any Service { ThreadService(service: service, thread: thread) }
}

private struct ThreadService: Service {
  let service: any Service
  let thread: BackgroundThread

  func run() async throws {
    try await withTaskExecutorPreference(thread) { try await service.run() }
  }
}

/// Closes a connection in the end.
struct ClosingService: Service {
  let client: RedisClient

  func run() async throws {
    try? await gracefulShutdown()
    await client.shutdown()
  }
}
