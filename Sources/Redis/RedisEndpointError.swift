/// Why a Redis URL was refused. Never holds the URL, since that may hold a password.
package struct RedisEndpointError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = "Redis URL: \(description)"
  }
}
