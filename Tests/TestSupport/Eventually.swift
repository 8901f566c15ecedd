/// Runs `body` again and again until it returns a value, and returns that; nil when there was none `within` that time.
///
/// For what happens by itself and can't be waited for. A test says `#expect(try await eventually { … } != nil)`.
package func eventually<Value>(
  within limit: Duration = .seconds(30),
  every pause: Duration = .milliseconds(10),
  isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws -> Value?
) async throws -> Value? {
  let end = ContinuousClock.now + limit
  while true {
    if let value = try await body() { return value }
    guard ContinuousClock.now < end else { return nil }
    try await Task.sleep(for: pause)
  }
}

/// Runs `body` again and again until it returns true. Returns false when it never did `within` that time.
package func eventually(
  within limit: Duration = .seconds(30),
  every pause: Duration = .milliseconds(10),
  isolation: isolated (any Actor)? = #isolation,
  _ body: () async throws -> Bool
) async throws -> Bool {
  try await eventually(within: limit, every: pause) { try await body() ? true : nil } ?? false
}
