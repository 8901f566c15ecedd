import CScripts
package import HowUsedModel
package import Redis

/// Adds an event of one bot to its stream, unless one with the same id was: one script, so that nothing can fall between the
/// two, whichever server and whatever dies. The reply is 1, or 0 when the id was there.
package final class OnceCommand {
  private var head: CommandBytes
  private var middle: CommandBytes
  /// What the key of an id begins with; the id is put behind.
  private var key: [UInt8]
  private let keyStart: Int

  /// Without comments: Redis hashes the text each time to find what it has compiled.
  private static let script = String(cString: scriptAddOnce).split(separator: "\n").filter { !$0.hasPrefix("--") }
    .joined(separator: "\n")

  /// - Parameter milliseconds: how long an id is kept.
  package init(_ keys: KeySchema, _ bot: BotID, milliseconds: Int64) {
    key = Array(keys.eventIDs(bot).utf8)
    keyStart = key.count
    head = CommandBytes(capacity: 1024)
    head.appendArrayHeader(7)
    head.appendBulk("EVAL")
    head.appendBulk(Self.script)
    head.appendBulk("2")
    middle = CommandBytes(capacity: 96)
    middle.appendBulk(keys.events(keys.partition(of: bot)))
    middle.appendBulk(milliseconds)
  }

  /// - Parameters:
  ///   - id: any bytes; see `Limits.eventIDBytes`.
  ///   - fragment: what the stream keeps of the event.
  package func append(
    id: UnsafeRawBufferPointer,
    fragment: UnsafeRawBufferPointer,
    to commands: inout CommandBytes
  ) {
    key.removeLast(key.count - keyStart)
    key.append(contentsOf: id)
    commands.append(head)
    key.withUnsafeBytes { commands.appendBulk($0) }
    commands.append(middle)
    commands.appendBulk(fragment)
  }
}

@available(*, unavailable)
extension OnceCommand: Sendable {}
