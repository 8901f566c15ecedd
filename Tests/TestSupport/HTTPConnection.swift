import Foundation
package import NIOCore
import NIOPosix

/// One keep-alive connection that sends exactly the bytes it is given, in the pieces it is given them, and reads
/// responses that have a `Content-Length`.
package final class HTTPConnection: Sendable {
  package struct Response: Sendable {
    package let status: Int
    /// Names in lower case.
    package let headers: [String: String]
    package let body: String
  }

  package struct Closed: Error {}

  private let channel: any Channel
  private let responses: NIOLoopBound<Handler>

  package static func connect(port: Int) async throws -> HTTPConnection {
    let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .connectTimeout(.seconds(30))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Handler())
        }
      }
    let channel = try await bootstrap.connect(host: "127.0.0.1", port: port).get()
    let handler = try await channel.eventLoop.submit {
      NIOLoopBound(try channel.pipeline.syncOperations.handler(type: Handler.self), eventLoop: channel.eventLoop)
    }.get()
    return HTTPConnection(channel: channel, responses: handler)
  }

  private init(channel: any Channel, responses: NIOLoopBound<Handler>) {
    self.channel = channel
    self.responses = responses
  }

  /// Writes bytes that must hold `requests` whole requests, in as many pieces as given, and waits for the answers.
  package func send(_ pieces: [String], requests: Int = 1, timeout: TimeAmount = .seconds(30)) async throws
    -> [Response]
  {
    let answers = try await channel.eventLoop.flatSubmit { [channel, responses] in
      let handler = responses.value
      guard !handler.isClosed else {
        return channel.eventLoop.makeFailedFuture(Closed()) as EventLoopFuture<[Response]>
      }
      let promises = (0..<requests).map { _ in channel.eventLoop.makePromise(of: Response.self) }
      handler.waiting.append(contentsOf: promises)
      let deadline = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
      for piece in pieces { channel.writeAndFlush(ByteBuffer(string: piece), promise: nil) }
      let all = EventLoopFuture.whenAllSucceed(promises.map(\.futureResult), on: channel.eventLoop)
      all.whenComplete { _ in deadline.cancel() }
      return all
    }.get()
    return answers
  }

  package func post(
    _ path: String = "/api",
    _ body: String,
    contentType: String? = "application/json",
    headers: [String] = []
  ) async throws -> Response {
    var lines = ["POST \(path) HTTP/1.1", "Host: localhost", "Content-Length: \(body.utf8.count)"] + headers
    if let contentType { lines.append("Content-Type: \(contentType)") }
    return try await send([lines.joined(separator: "\r\n") + "\r\n\r\n" + body])[0]
  }

  package func get(_ path: String, headers: [String] = []) async throws -> Response {
    let lines = ["GET \(path) HTTP/1.1", "Host: localhost"] + headers
    return try await send([lines.joined(separator: "\r\n") + "\r\n\r\n"])[0]
  }

  package var isOpen: Bool { channel.isActive }

  package func close() async {
    try? await channel.close().get()
  }

  private final class Handler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    var waiting: [EventLoopPromise<Response>] = []
    private(set) var isClosed = false
    private var received = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var part = unwrapInboundIn(data)
      received.writeBuffer(&part)
      while let response = takeResponse() {
        // 100 Continue is no answer yet.
        if response.status >= 200, !waiting.isEmpty { waiting.removeFirst().succeed(response) }
      }
    }

    private func takeResponse() -> Response? {
      let text = String(decoding: received.readableBytesView, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { return nil }
      let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
      var headers: [String: String] = [:]
      for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1)
        headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
      }
      let headLength = text[..<end.upperBound].utf8.count
      let bodyLength = headers["content-length"].flatMap { Int($0) } ?? 0
      guard received.readableBytes >= headLength + bodyLength else { return nil }
      received.moveReaderIndex(forwardBy: headLength)
      let body = received.readString(length: bodyLength) ?? ""
      let status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
      return Response(status: status, headers: headers, body: body)
    }

    func channelInactive(context: ChannelHandlerContext) {
      isClosed = true
      for promise in waiting { promise.fail(Closed()) }
      waiting.removeAll()
      context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}
