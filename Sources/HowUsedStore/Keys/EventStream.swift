package import HowUsedModel
package import Redis

/// How an event is written into the stream of its partition (``KeySchema/events(_:)``):
///
///     XADD KEYS[1] ID e FRAGMENT
///
/// `ID` is `*`, so that Redis gives the time; `FRAGMENT` is as ``EventFragment`` says. The reply is the entry's ID.
package struct EventStream: Sendable {
  package let key: String

  package init(_ keys: KeySchema, _ partition: Partition) { key = keys.events(partition) }

  /// - Parameter id: of the entry; greater than that of every other. Only tests give one.
  package func add(_ fragment: some RedisArgument, id: String = "*") -> RedisCommand {
    RedisCommand(count: Self.argumentCount) { out in
      var head = CommandBytes()
      writeArguments(id, to: &head)
      out.writeCommands(head)
      fragment.writeRESPBulk(to: &out)
    }
  }

  /// All of ``add(_:id:)`` but the fragment, which is appended as one argument: for who writes many.
  package func makeHead() -> CommandBytes {
    var head = CommandBytes(capacity: 96)
    head.appendArrayHeader(Self.argumentCount)
    writeArguments("*", to: &head)
    return head
  }

  private static let argumentCount = 5

  private func writeArguments(_ id: String, to head: inout CommandBytes) {
    head.appendBulk("XADD")
    head.appendBulk(key)
    head.appendBulk(id)
    head.appendBulk(EventFragment.fieldName)
  }
}
