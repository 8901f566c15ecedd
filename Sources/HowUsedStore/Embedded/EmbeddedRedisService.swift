import ServiceLifecycle

/// Keeps the private Redis running while the server runs, and lets go of it last: put it first into the service group.
package struct EmbeddedRedisService: Service {
  private let redis: EmbeddedRedis

  package init(_ redis: EmbeddedRedis) { self.redis = redis }

  package func run() async throws {
    try? await cancelWhenGracefulShutdown { try await redis.supervise() }
  }
}
