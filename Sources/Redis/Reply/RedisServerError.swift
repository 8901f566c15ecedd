/// An error that Redis answered with. The command had no effect, unless its documentation says otherwise.
package struct RedisServerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The whole line without its `-`, such as `WRONGTYPE Operation against a key holding the wrong kind of value`.
  package let message: String

  package init(message: String) {
    self.message = message
  }

  /// The first word, such as `OOM`, `LOADING`, `MISCONF`, `READONLY` or `ERR`.
  package var code: String {
    String(message.prefix { $0 != " " })
  }

  package var description: String { message }
}
