import HowUsedModel
import NIOCore

/// The first handler of every connection: answers API requests of the common form from the bytes, and hands the
/// connection over to SwiftNIO's HTTP decoder and Hummingbird at the first byte that isn't of that form.
///
/// Until then the connection has no HTTP pipeline at all, which is what keeps thousands of idle ones small.
final class FastLaneHandler: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Requests of one connection that may wait for an answer; then it is no longer read.
  static let maximumOutstanding = 128
  /// Reads in which one head may arrive; after that the decoder that keeps its place takes over.
  static let maximumHeadReads = 16

  private let worker: APIWorker
  /// Adds the HTTP handlers behind this one.
  private let installHTTP: (any Channel, RequestProgress) throws -> Void
  private var context: ChannelHandlerContext?
  /// Nil when the channel isn't active, or has no socket.
  private var socket: ClientSocket?
  /// Writes that the channel has taken and not finished: nothing may overtake them.
  private var channelWrites = 0
  private var state = ConnectionState()
  /// What these handlers have read since.
  private let progress = RequestProgress()
  /// What `pending` holds of what all unfinished requests may.
  private var share = BodyBudget.Share()
  private var responses = ResponseOrder()
  /// The place of the request that asked for the connection's end.
  private var lastPlace: Int?
  /// What has arrived of a request that isn't complete, or must wait.
  private var pending: ByteBuffer?
  /// Bytes of the request that `pending` starts with, once its head is known; 0 before.
  private var awaitedLength = 0
  private var headReads = 0
  private var readIsHeld = false
  private var isProcessing = false

  init(worker: APIWorker, installHTTP: @escaping (any Channel, RequestProgress) throws -> Void) {
    self.worker = worker
    self.installHTTP = installHTTP
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    socket = ClientSocket(of: context.channel)
    state.lastActive = worker.idleTimeouts.checks
    worker.idleTimeouts.add(self)
  }

  func channelActive(context: ChannelHandlerContext) {
    context.fireChannelActive()
    context.read()
  }

  func channelInactive(context: ChannelHandlerContext) {
    socket = nil
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    socket = nil
    pending = nil
    _ = worker.bodies.update(&share, bytes: 0)
    worker.idleTimeouts.remove(self)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    state.lastActive = worker.idleTimeouts.checks
    guard state.mode != .handedOver else { return readOnward(context, data) }
    guard state.mode != .closing else { return }
    var incoming = unwrapInboundIn(data)
    if pending != nil {
      pending?.writeBuffer(&incoming)
    } else {
      pending = incoming
    }
    process(context)
  }

  /// For SwiftNIO's decoder: the bytes that a head begins with start its deadline.
  private func readOnward(_ context: ChannelHandlerContext, _ data: NIOAny) {
    let heads = progress.heads
    if !progress.isWithinRequest, state.incompleteSince == nil { state.incompleteSince = worker.idleTimeouts.checks }
    context.fireChannelRead(data)
    if progress.heads != heads { state.incompleteSince = nil }
  }

  /// Asks for what comes next: with the channel's `autoRead`, each request would walk the pipeline twice for nothing.
  func channelReadComplete(context: ChannelHandlerContext) {
    if state.mode == .handedOver { return context.fireChannelReadComplete() }
    readIsHeld = true
    readOn(context)
  }

  /// Takes requests from `pending` for as long as complete ones are there.
  private func process(_ context: ChannelHandlerContext) {
    guard !isProcessing, var buffer = pending else { return }
    isProcessing = true
    pending = nil
    var action = ConnectionState.Action.none
    loop: while state.mode == .recognizing, buffer.readableBytes > 0, hasRoom {
      switch buffer.withUnsafeReadableBytes(take) {
      case .taken(let length):
        buffer.moveReaderIndex(forwardBy: length)
      case .bodyIncomplete:
        break loop
      case .headIncomplete:
        headReads += 1
        if headReads <= Self.maximumHeadReads { break loop }
        action = state.unrecognizedBytes(outstanding: responses.outstanding)
      case .unrecognized:
        action = state.unrecognizedBytes(outstanding: responses.outstanding)
      }
    }
    // What follows a last request is nobody's.
    if buffer.readableBytes > 0, state.mode != .closing {
      if state.mode == .recognizing, state.incompleteSince == nil { state.incompleteSince = worker.idleTimeouts.checks }
      pending = buffer
    }
    // Too much waits everywhere: what answers with an error, and reads the rest of the request first, is behind the decoder.
    if !worker.bodies.update(&share, bytes: pending?.readableBytes ?? 0) {
      action = state.unrecognizedBytes(outstanding: responses.outstanding)
    }
    isProcessing = false
    carryOut(action, context)
  }

  private enum Take {
    /// One request of so many bytes was given to the worker.
    case taken(Int)
    case headIncomplete
    case bodyIncomplete
    case unrecognized
  }

  /// Gives the request that `bytes` start with to the worker, when it is there as a whole.
  private func take(_ bytes: UnsafeRawBufferPointer) -> Take {
    guard bytes.count >= awaitedLength else { return .bodyIncomplete }
    let head: RequestHeadCache.Found
    if let recent = worker.requestHeads.find(bytes) {
      head = recent
    } else {
      switch RequestRecognizer.recognize(bytes) {
      case .incomplete: return .headIncomplete
      case .handOver: return .unrecognized
      case .request(let request):
        let contentType = ContentType.classify(UnsafeRawBufferPointer(rebasing: bytes[request.contentType]))
        head = .init(
          headLength: request.headLength,
          bodyLength: request.bodyLength,
          contentType: contentType,
          closes: request.closes
        )
        worker.requestHeads.add(bytes, request, contentType)
      }
    }
    let length = head.headLength + head.bodyLength
    guard bytes.count >= length else {
      awaitedLength = length
      return .bodyIncomplete
    }
    awaitedLength = 0
    headReads = 0
    state.incompleteSince = nil
    let place = responses.reserve()
    if head.closes {
      lastPlace = place
      state.readNoMore()
    }
    worker.handle(
      body: UnsafeRawBufferPointer(rebasing: bytes[head.headLength..<length]),
      contentType: head.contentType,
      responder: self,
      place: place
    )
    return .taken(length)
  }

  private func carryOut(_ action: ConnectionState.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .none: break
    case .abort: context.close(promise: nil)
    case .close:
      // Closing would drop what the socket hasn't taken yet: `channelHasWritten` comes here again.
      if channelWrites == 0 { context.close(promise: nil) }
    case .handOver:
      do {
        guard let options = context.channel.syncOptions else { throw ChannelError.operationUnsupported }
        try installHTTP(context.channel, progress)
        try options.setOption(.autoRead, value: true)
      } catch {
        return context.close(promise: nil)
      }
      if let bytes = pending {
        pending = nil
        _ = worker.bodies.update(&share, bytes: 0)
        readOnward(context, wrapInboundOut(bytes))
        context.fireChannelReadComplete()
      }
      if state.peerHasFinished { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    }
  }

  /// Whether another answer may come to be owed: a client that doesn't read its answers is not read from either.
  private var hasRoom: Bool { responses.outstanding < Self.maximumOutstanding && channelWrites == 0 }

  /// Reads again, unless so much waits that it must wait too: a connection's memory stays bounded.
  private func readOn(_ context: ChannelHandlerContext) {
    guard readIsHeld, state.mode != .handOverPending, hasRoom else { return }
    readIsHeld = false
    context.read()
  }

  /// What Hummingbird and the API's handler write, once the connection is handed over.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    state.lastActive = worker.idleTimeouts.checks
    context.write(data, promise: promise)
  }

  /// There may be room again: takes what has been held back.
  private func goOn(_ context: ChannelHandlerContext) {
    if pending != nil { process(context) }
    proceedWhenAnswered(context)
    readOn(context)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if state.mode == .handedOver { return context.fireUserInboundEventTriggered(event) }
    if event is ChannelShouldQuiesceEvent {
      state.readNoMore()
    } else if event as? ChannelEvent == .inputClosed {
      state.peerHasFinished = true
    }
    proceedWhenAnswered(context)
  }

  /// Does what had to wait for the answers owed, once none is.
  private func proceedWhenAnswered(_ context: ChannelHandlerContext) {
    // What is still unread of a peer that has finished is read first.
    if state.mode == .recognizing, pending != nil, !hasRoom { return }
    if responses.outstanding == 0 { carryOut(state.allAnswered(), context) }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if state.mode == .handedOver { return context.fireErrorCaught(error) }
    context.close(promise: nil)
  }

  /// - Parameter checks: how many checks of all connections there were.
  func checkIdleTimeout(_ checks: Int) {
    guard let context else { return }
    let action = state.checked(
      checks,
      outstanding: responses.outstanding,
      idleChecks: IdleTimeouts.idleChecks,
      requestChecks: IdleTimeouts.requestChecks,
      headChecks: IdleTimeouts.headChecks
    )
    carryOut(action, context)
  }
}

extension FastLaneHandler: APIResponder {
  func respond(_ answer: APIAnswer, place: Int) {
    responses.fill(place, with: worker.responses.bytes(of: answer, closes: place == lastPlace))
  }

  func flushResponses() {
    guard let context, let bytes = responses.take() else { return }
    state.lastActive = worker.idleTimeouts.checks
    send(bytes, context)
    goOn(context)
  }

  /// Sends what the socket takes; the channel keeps the rest, and all that follows until that is gone.
  private func send(_ bytes: consuming ByteBuffer, _ context: ChannelHandlerContext) {
    if channelWrites == 0, let socket { bytes.moveReaderIndex(forwardBy: socket.send(bytes)) }
    guard bytes.readableBytes > 0 else { return }
    channelWrites += 1
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.assumeIsolated().whenSuccess { [self] in channelHasWritten() }
    context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
  }

  private func channelHasWritten() {
    channelWrites -= 1
    guard let context, channelWrites == 0, state.mode != .handedOver else { return }
    state.lastActive = worker.idleTimeouts.checks
    goOn(context)
  }
}

@available(*, unavailable)
extension FastLaneHandler: Sendable {}
