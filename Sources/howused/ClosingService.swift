import Redis
import ServiceLifecycle

/// Closes a connection in the end.
struct ClosingService: Service {
  let client: RedisClient

  func run() async throws {
    try? await gracefulShutdown()
    await client.shutdown()
  }
}
