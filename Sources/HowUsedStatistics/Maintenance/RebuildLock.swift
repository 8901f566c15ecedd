import Redis

/// Keeps a second rebuild of a partition away. It expires by itself when its holder dies.
struct RebuildLock {
  let client: RedisClient
  let key: String
  private let owner = String(UInt64.random(in: .min ... .max), radix: 16)

  init(client: RedisClient, key: String) {
    self.client = client
    self.key = key
  }

  func take() async throws -> Bool {
    try await client.send("SET", key, owner, "NX", "EX", Rebuild.lockSeconds).string == "OK"
  }

  func renew() async throws { try await client.send("EXPIRE", key, Rebuild.lockSeconds) }

  func release() async throws {
    guard try await client.send("GET", key).string == owner else { return }
    try await client.send("DEL", key)
  }
}
