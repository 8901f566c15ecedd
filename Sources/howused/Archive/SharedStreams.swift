import HowUsedStore
import Logging
import Redis

/// How the archive and the statistics of `howused serve` follow the streams: on one thread, and reading each entry once.
struct SharedStreams {
  /// Some 100,000 events: more than a server on two cores takes in from one look at the streams to the next.
  private static let keptBytes = 32 << 20

  let thread = BackgroundThread()
  let reader: StreamReader

  init(store: Store, logger: Logger) {
    let client = RedisClient(endpoint: store.endpoint, group: thread.group, logger: logger)
    reader = StreamReader(client: client, keys: store.keys, keptBytes: Self.keptBytes)
  }
}
