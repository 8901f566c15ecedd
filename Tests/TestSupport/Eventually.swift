/// Runs `body` again and again until it returns a value, and returns that; nil when there was none `within` that time.
///
/// For what happens by itself and can't be waited for. A test says `let isSo = try await eventually { … }` and then
/// `#expect(isSo)`, never both at once: where a closure is in the argument of `#expect` or `#require` and that is within
/// another closure, Swift 6.3 gives it the symbol of the closure of the same type behind it, and the former runs twice in
/// place of the latter.
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
