import Logging
import NIOCore
import Redis
import TestSupport

extension Logger {
  static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// A server and a client that is connected to it.
func withClientOfNewServer(_ body: (RedisClient) async throws -> Void) async throws {
  try await RedisServerProcess.with { server in try await withClient(of: server.endpoint, body) }
}

/// A client that is connected.

func withClient(
  of endpoint: RedisEndpoint,
  configuration: RedisConnectionConfiguration = .init(),
  _ body: (RedisClient) async throws -> Void
) async throws {
  let client = RedisClient(endpoint: endpoint, configuration: configuration, logger: .quiet)
  do {
    try await client.waitUntilReady(timeout: .seconds(30))
    try await body(client)
  } catch {
    await client.shutdown()
    throw error
  }
  await client.shutdown()
}
