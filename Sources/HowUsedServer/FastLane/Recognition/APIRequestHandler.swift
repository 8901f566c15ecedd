import HowUsedModel
import NIOCore
import NIOHTTP1

/// Answers the API's requests that the fast lane handed over, behind SwiftNIO's HTTP decoder: chunked, compressed,
/// HTTP/1.0, another method… What isn't the API's passes through to Hummingbird.
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
  private let progress: RequestProgress
  /// What the body holds of what all unfinished requests may.
  private var share = BodyBudget.Share()
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
  private static let headTooLarge = RequestError(
    .headTooLarge,
    "the header fields may be \(Limits.headFields) and have \(Limits.headBytes) bytes together"
  )

  init(worker: APIWorker, progress: RequestProgress) {
    self.worker = worker
    self.progress = progress
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    deadline?.cancel()
    holdNothing()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let part = unwrapInboundIn(data)
    if case .end = part { progress.isWithinRequest = false }
    switch (part, state) {
    case (.head(let head), .idle):
      progress.heads += 1
      progress.isWithinRequest = true
      receive(head, context)
    case (.body(var part), .collecting(let head, var body)):
      state = .idle  // so that the buffer is uniquely referenced while it grows
      guard body.readableBytes + part.readableBytes <= Limits.bodyBytes else {
        return refuse(.payloadTooLarge, context)
      }
      guard worker.bodies.update(&share, bytes: body.readableBytes + part.readableBytes) else {
        return refuse(.overloaded(retryAfter: 5), context)
      }
      body.writeBuffer(&part)
      state = .collecting(head, body: body)
    case (.end, .collecting(let head, let body)):
      state = .answering(keepAlive: head.isKeepAlive)
      deadline?.cancel()
      holdNothing()
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

  private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    switch APIRequestHead.classify(head) {
    case .notOurs(let head):
      state = .passing
      context.fireChannelRead(wrapInboundOut(.head(head)))
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
      let plain = try head.coding?.expand(body) ?? body
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
    holdNothing()
    state = .refused
    write(.failed(error), closing: .output, context)
    let channel = context.channel
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { channel.close(promise: nil) }
  }

  private func holdNothing() { _ = worker.bodies.update(&share, bytes: 0) }

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
    case (HTTPParserError.headerOverflow, .idle), (HTTPParserError.headerOverflow, .collecting):
      refuse(Self.headTooLarge, context)
    case (is HTTPParserError, .idle), (is HTTPParserError, .collecting):
      refuse(RequestError(.badRequest, "the request is not valid HTTP/1.1"), context)
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
