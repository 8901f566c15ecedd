/// The reply to INFO: lines of `name:value`.
package struct RedisInfo: Sendable {
  package let fields: [String: String]

  /// Nothing when Redis doesn't let it be read.
  package init(_ reply: RedisValue) {
    var fields: [String: String] = [:]
    for line in (reply.string ?? "").split(whereSeparator: \.isNewline) {
      let sides = line.split(separator: ":", maxSplits: 1)
      if sides.count == 2 { fields[String(sides[0])] = String(sides[1]) }
    }
    self.fields = fields
  }

  package subscript(name: String) -> String? { fields[name] }

  /// Nil when it isn't an integer either.
  package func integer(_ name: String) -> Int64? { fields[name].flatMap { Int64($0) } }
}
