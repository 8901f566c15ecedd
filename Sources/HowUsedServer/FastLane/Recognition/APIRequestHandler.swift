import HowUsedModel
import NIOCore
import NIOHTTP1
import NIOHTTPCompression

/// Answers the API's requests that the fast lane handed over, behind SwiftNIO's HTTP decoder: chunked, compressed,
/// HTTP/1.0, another method… Everything that isn't the API's passes through to Hummingbird untouched.
final class APIRequestHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum State {
    /// Between requests.
    case idle
    /// Inside a request that is Hummingbird's.
    case passing
    case collecting(APIRequestHead, body: ByteBuffer)
    /// The whole request was given to the worker.
    case answering(keepAlive: Bool)
    /// Answered before the request's end; the connection is closing.
    case refused
  }

  private let worker: APIWorker
  private var state = State.idle
  private var context: ChannelHandlerContext?
  private var answer: APIAnswer?
  private var deadline: Scheduled<Void>?

  /// How long the body of one request may take to arrive.
  private static let bodyTimeout = TimeAmount.seconds(15)
  /// How long the rest of a refused request is read and forgotten. Most clients read no answer before they have sent all;
  /// closing at once would reset the connection under them, and they would never see why.
  private static let lingering = TimeAmount.seconds(5)

  private static let timeout = RequestError(.requestTimeout, "the body did not arrive within 15 seconds")
  private static let invalidEncoding = RequestError(
    .invalidEncoding,
    "the body is not compressed as Content-Encoding says"
  )

  init(worker: APIWorker) { self.worker = worker }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    deadline?.cancel()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch (unwrapInboundIn(data), state) {
    case (.head(let head), .idle):
      receive(head, data, context)
    case (.body(var part), .collecting(let head, var body)):
      state = .idle  // so that the buffer is uniquely referenced while it grows
      guard body.readableBytes + part.readableBytes <= Limits.bodyBytes else {
        return refuse(.payloadTooLarge, context)
      }
      body.writeBuffer(&part)
      state = .collecting(head, body: body)
    case (.end, .collecting(let head, let body)):
      state = .answering(keepAlive: head.isKeepAlive)
      deadline?.cancel()
      handle(head, body)
    case (.end, .passing):
      state = .idle
      context.fireChannelRead(data)
    case (_, .passing):
      context.fireChannelRead(data)
    default:
      break  // the rest of a refused request
    }
  }

  private func receive(_ head: HTTPRequestHead, _ data: NIOAny, _ context: ChannelHandlerContext) {
    switch APIRequestHead.classify(head) {
    case .notOurs:
      state = .passing
      context.fireChannelRead(data)
    case .refused(let error):
      refuse(error, context)
    case .accepted(let request):
      if request.expectsContinue {
        context.writeAndFlush(wrapOutboundOut(.head(.init(version: head.version, status: .continue))), promise: nil)
      }
      state = .collecting(request, body: ByteBuffer())
      deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.bodyTimeout) { [weak self] in
        guard let self, case .collecting = self.state else { return }
        self.refuse(Self.timeout, context)
      }
    }
  }

  private func handle(_ head: APIRequestHead, _ body: ByteBuffer) {
    do {
      let plain = head.isZstd ? try ContentCoding.expandZstd(body, limit: Limits.bodyBytes) : body
      plain.withUnsafeReadableBytes { bytes in
        worker.handle(body: bytes, contentType: head.contentType, responder: self, place: 0)
      }
    } catch {
      worker.answer(.failed(error), to: self, place: 0)
    }
  }

  /// Answers without reading the rest of the request, which ends the connection.
  private func refuse(_ error: RequestError, _ context: ChannelHandlerContext) {
    deadline?.cancel()
    state = .refused
    write(.failed(error), closing: .output, context)
    let channel = context.channel
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
  }

  /// `closing`: which way the connection is closed once the answer is written; nil keeps it.
  private func write(_ answer: APIAnswer, closing: CloseMode?, _ context: ChannelHandlerContext) {
    let (status, headers, body) = worker.responses.parts(of: answer, closes: closing != nil)
    let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
    let written = closing.map { mode in
      let written = context.eventLoop.makePromise(of: Void.self)
      let channel = context.channel
      written.futureResult.whenComplete { _ in channel.close(mode: mode, promise: nil) }
      return written
    }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch (error, state) {
    case (is HTTPParserError, .idle), (is HTTPParserError, .collecting):
      refuse(RequestError(.badRequest, "the request is not valid HTTP/1.1"), context)
    case (let error as NIOHTTPDecompression.DecompressionError, .collecting):
      refuse(error == .limit ? .payloadTooLarge : Self.invalidEncoding, context)
    case (_, .refused): break
    default: context.fireErrorCaught(error)
    }
  }
}

extension APIRequestHandler: APIResponder {
  func respond(_ answer: APIAnswer, place: Int) { self.answer = answer }

  func flushResponses() {
    guard let context, let answer, case .answering(let keepAlive) = state else { return }
    self.answer = nil
    state = keepAlive ? .idle : .refused
    write(answer, closing: keepAlive ? nil : .all, context)
  }
}

@available(*, unavailable)
extension APIRequestHandler: Sendable {}

/// What the API needs of a request's head that came through SwiftNIO's decoder.
private struct APIRequestHead {
  let contentType: ContentType
  let isKeepAlive: Bool
  let isZstd: Bool
  /// The client waits for `100 Continue` before it sends the body (RFC 9110, 10.1.1).
  let expectsContinue: Bool

  enum Class {
    case notOurs
    case accepted(APIRequestHead)
    case refused(RequestError)
  }

  static func classify(_ head: HTTPRequestHead) -> Class {
    let path = head.uri.prefix { $0 != "?" }
    guard RequestRecognizer.paths.contains(String(path)) else { return .notOurs }
    guard head.method == .POST else {
      // A browser that opens the address is answered by the router.
      let isPage = path == "/" && [.GET, .HEAD].contains(head.method)
      return isPage ? .notOurs : .refused(.methodNotAllowed(allow: "POST"))
    }
    if let length = head.headers.first(name: "content-length").flatMap({ Int($0) }),
      length > Limits.bodyBytes
    {
      return .refused(.payloadTooLarge)
    }
    let encoding = head.headers.first(name: "content-encoding")?.lowercased()
    guard [nil, "identity", "gzip", "deflate", "zstd"].contains(encoding) else {
      return .refused(
        RequestError(.invalidEncoding, "Content-Encoding must be gzip, deflate, zstd or absent")
      )
    }
    return .accepted(
      APIRequestHead(
        contentType: .classify(head.headers.first(name: "content-type")),
        isKeepAlive: head.isKeepAlive,
        isZstd: encoding == "zstd",
        expectsContinue: head.headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
      )
    )
  }
}
