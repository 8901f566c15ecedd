import HowUsedModel
import HowUsedStore
import NIOCore
import NIOPosix

/// Answers each command in its most common form, with next to nothing in it. It knows one bot: its id is 1, its tokens
/// `api-token` and `view-token`.
final class FakeRedis: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private var received = ByteBuffer()
  private let bots: [String: String]

  /// Listens on a free port of this machine, for as long as the process lives.
  static func start() async throws -> any Channel {
    let bots = try bots()
    return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(FakeRedis(bots: bots))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
  }

  private init(bots: [String: String]) { self.bots = bots }

  /// The reply to HGETALL, by key.
  private static func bots() throws -> [String: String] {
    guard let id = BotID(rawValue: 1) else { return [:] }
    let record = BotRecord(
      id: id,
      name: "A \"bot\"",
      created: 0,
      apiTokenHash: TokenHash(of: "api-token"),
      viewTokenHash: TokenHash(of: "view-token")
    )
    let json = try record.json()
    let reply = "*2\r\n$1\r\n1\r\n$\(json.utf8.count)\r\n\(json)\r\n"
    return [KeySchema().bots(KeySchema().partition(of: id)): reply]
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var part = unwrapInboundIn(data)
    received.writeBuffer(&part)
    received.discardReadBytes()
    var replies = ByteBuffer()
    while let command = nextCommand() { replies.writeString(reply(to: command)) }
    context.writeAndFlush(wrapOutboundOut(replies), promise: nil)
  }

  /// The words of a command that is there as a whole. Our own client writes them, so they are well-formed.
  private func nextCommand() -> [String]? {
    var bytes = received
    guard let count = number(&bytes, after: "*") else { return nil }
    var words: [String] = []
    for _ in 0..<count {
      guard let length = number(&bytes, after: "$"), let word = bytes.readString(length: length),
        bytes.readString(length: 2) != nil
      else { return nil }
      words.append(word)
    }
    received = bytes
    return words
  }

  /// Of a line such as `*12\r\n`.
  private func number(_ bytes: inout ByteBuffer, after mark: Character) -> Int? {
    guard let length = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({ $0 - bytes.readerIndex }),
      let line = bytes.readString(length: length + 1), line.first == mark
    else { return nil }
    return Int(line.dropFirst().dropLast())
  }

  private func reply(to command: [String]) -> String {
    let key = command.dropFirst().first ?? ""
    switch command.first {
    case "PING", "SET": return "+OK\r\n"
    case "GET", "HGET": return key == KeySchema().meta ? "$2\r\n16\r\n" : "$-1\r\n"
    case "HGETALL": return bots[key] ?? "*0\r\n"
    case "HMGET": return "*\(command.count - 2)\r\n" + String(repeating: "$-1\r\n", count: command.count - 2)
    case "ZCOUNT", "HEXISTS", "EXISTS", "HSETNX", "PFCOUNT", "SCARD", "ZCARD", "XLEN", "LLEN", "HLEN": return ":0\r\n"
    default: return "*0\r\n"
    }
  }
}

@available(*, unavailable)
extension FakeRedis: Sendable {}
