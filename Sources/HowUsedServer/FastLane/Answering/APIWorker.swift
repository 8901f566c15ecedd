import DequeModule
import HowUsedModel
package import HowUsedStore
package import Logging
package import NIOCore
package import Redis

/// Answers the API's requests of one event loop: decodes, authorises, gathers what this tick writes to Redis, and tells
/// the responders when the replies come. A request never leaves its loop.
///
/// Work is gathered by tick: what arrives in one pass of the loop goes to Redis in one write, with one ZADD a bot and
/// one ZCOUNT a bot and window.
package final class APIWorker {
  package let eventLoop: any EventLoop
  let idleTimeouts = IdleTimeouts()
  var responses: ResponseEncoder
  var requestHeads = RequestHeadCache()
  let bodies: BodyBudget

  private let redis: RedisConnection
  private let keys: KeySchema
  private let clock: RedisClock
  private let gate: IngestGate
  private let guesses: TokenGuesses
  private let idMilliseconds: Int64
  private let streamGuard: StreamGuard?
  /// Whether the guard has let events pass on the present connection.
  private var isGuarded: Bool
  private let logger: Logger
  private var decoder = RequestDecoder()
  private var registered = BotDirectory.notLoaded
  private var bots = WorkerBots()
  /// Those that this tick has something for.
  private var pendingBots: [WorkerBot] = []
  private var answered: Deque<any APIResponder> = []
  private var spareWrites: [EventWrite] = []
  private var isStopped = false
  private var periodic: [RepeatedTask] = []
  private var tickIsScheduled = false
  private var now: Int64 = 0
  /// `now` as an argument of a command.
  private var nowArgument = CommandBytes()
  private var lastLogged: Int64 = 0

  /// - Parameters:
  ///   - idSeconds: how long an event's id is kept.
  ///   - bodyBytes: what the large requests that aren't complete yet may hold together.
  package init(
    redis: RedisConnection,
    keys: KeySchema,
    clock: RedisClock,
    gate: IngestGate,
    streamGuard: StreamGuard? = nil,
    guesses: TokenGuesses? = nil,
    idSeconds: Int = 600,
    bodyBytes: Int = 1 << 25,
    eventLoop: any EventLoop,
    logger: Logger
  ) {
    self.guesses = guesses ?? TokenGuesses(logger: logger)
    idMilliseconds = Int64(idSeconds) * 1000
    bodies = BodyBudget(limit: bodyBytes)
    self.redis = redis
    self.keys = keys
    self.clock = clock
    self.gate = gate
    self.streamGuard = streamGuard
    isGuarded = streamGuard == nil
    self.eventLoop = eventLoop
    self.logger = logger
    responses = ResponseEncoder(now: clock.nowSeconds)
  }

  /// Connects to Redis and starts the loop's periodic work.
  package func start() {
    redis.onStateChange = { [weak self] isReady in
      guard let self else { return }
      if isReady { askGuard() } else { isGuarded = streamGuard == nil }
    }
    redis.start()
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    periodic = [
      eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
        bound.value.responses.setDate(bound.value.clock.nowSeconds)
      },
      eventLoop.scheduleRepeatedTask(initialDelay: IdleTimeouts.interval, delay: IdleTimeouts.interval) { _ in
        bound.value.idleTimeouts.check()
      },
    ]
  }

  /// Ends the connection to Redis: what still waits is answered with 503.
  package func stop() {
    for task in periodic { task.cancel() }
    isStopped = true
    // Those that wait are recycled now, and no spare one may hold on to the worker.
    redis.close()
    spareWrites.removeAll()
  }

  /// Until the guard is content with what Redis answers on this connection, it's asked again.
  private func askGuard() {
    guard let streamGuard, !isStopped, redis.isReady else { return }
    let questions = streamGuard.questions()
    let replies = StreamGuardReplies(count: questions.count) { [self] replies in
      // Without all replies the connection was lost, and the next one asks anew.
      guard !replies.isEmpty else { return }
      isGuarded = streamGuard.accepts(replies)
      guard !isGuarded else { return }
      if let problem = streamGuard.problem, mayLog(clock.nowMilliseconds) {
        let level = streamGuard.isPassing ? Logger.Level.notice : .error
        logger.log(level: level, "events aren't taken", metadata: ["reason": "\(problem)"])
      }
      retryGuard()
    }
    do {
      try redis.send(commands: questions.count, handler: replies) { out in
        for question in questions { question.write(to: &out) }
      }
    } catch {
      retryGuard()
    }
  }

  private func retryGuard() {
    eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(200)) { [self] in
      if !isGuarded { askGuard() }
    }
  }

  /// Takes over what the registry has read anew. Bots that changed are forgotten, and with them their verified tokens.
  package func update(_ snapshot: BotDirectory) {
    registered = snapshot
    bots.keep { snapshot[$0.id] == $0.record }
  }

  // MARK: A request

  /// Answers one request, now or when Redis has replied; always by `respond` and `flushResponses`, never before this returns.
  ///
  /// - Parameters:
  ///   - body: valid during the call.
  func handle(
    body: UnsafeRawBufferPointer,
    contentType: ContentType,
    responder: any APIResponder,
    place: Int
  ) {
    startTick()
    do {
      let request = try decoder.decode(body, contentType: contentType, now: now / 1000)
      let bot = try authorise(request, body)
      switch try request.body.get() {
      case .event(let event):
        try accept(CollectionOfOne(event), for: bot, in: body, responder: responder, place: place, isBatch: false)
      case .events(let batch):
        try accept(batch.items, for: bot, in: body, responder: responder, place: place, isBatch: true)
      case .getOnline(let online):
        read(online, for: bot, responder: responder, place: place)
      }
    } catch {
      refuse(error, to: responder, place: place)
    }
  }

  private func refuse(_ error: RequestError, to responder: any APIResponder, place: Int) {
    guard error == .unauthorized else { return answer(.failed(error), to: responder, place: place) }
    let delay = guesses.refused(responder.clientAddress, now: now)
    guard delay > .zero else { return answer(.failed(error), to: responder, place: place) }
    eventLoop.assumeIsolated().scheduleTask(in: delay) { [self] in
      answer(.failed(error), to: responder, place: place)
    }
  }

  /// The wrong token wins over a wrong field, so that a stranger learns nothing.
  private func authorise(_ request: DecodedRequest, _ body: UnsafeRawBufferPointer) throws(RequestError) -> WorkerBot {
    // Without Redis's time, an online set would keep what a wrong clock says: GT never takes it back.
    guard registered.isLoaded, clock.isSet else { throw Self.notReady }
    let token = decoder.bytes(of: request.token, in: body)
    guard let bot = bot(request.botID) else {
      // Takes as long as a known bot's wrong token, so that the time doesn't tell which bots there are.
      _ = TokenHash(of: token)
      throw .unauthorized
    }
    switch bot.access(of: token) {
    case .api: return bot
    case .view:
      switch request.body {
      case .success(.getOnline): return bot
      case .failure(let error) where error.code == .invalidSeconds: throw error
      default: throw .viewTokenOnlyReads
      }
    case nil: throw .unauthorized
    }
  }

  private static let notReady = RequestError(.notReady, "the server is starting; nothing was stored", retryAfter: 1)

  private func bot(_ id: BotID) -> WorkerBot? {
    bots.bot(id) {
      registered[id].map {
        WorkerBot(
          record: $0,
          id: id,
          keys: keys,
          rate: gate.rate(of: id, own: $0.eventsPerSecond),
          idMilliseconds: idMilliseconds
        )
      }
    }
  }

  private func accept(
    _ events: some Collection<EventRequest>,
    for bot: WorkerBot,
    in body: UnsafeRawBufferPointer,
    responder: any APIResponder,
    place: Int,
    isBatch: Bool
  ) throws(RequestError) {
    if gate.isClosed { throw .overloaded(retryAfter: 5) }
    guard isGuarded else { throw .redisUnavailable() }
    if let rate = bot.rate, !rate.admits(events.count, second: now / 1000) {
      throw .tooManyRequests(retryAfter: 1, limit: Int(rate.limit))
    }
    if gate.isCrowded(bot.onlineUsers) {
      // Events would have done it.
      trimIfDue(bot)
      throw gate.crowded
    }
    let write = bot.events ?? spareWrites.popLast() ?? EventWrite(worker: self)
    bot.events = write
    markPending(bot)
    // An id that is ahead doesn't tell the time.
    let isAhead = streamGuard?.isAhead(bot.partition, now: now) ?? false
    for event in events {
      var event = event
      if isAhead, event.time == nil { event.time = now }
      if event.eventID.isEmpty {
        write.addEvent(of: bot, fragment: decoder.fragment(of: event, in: body))
      } else {
        let fragment = decoder.fragment(of: event, in: body)
        write.addEvent(of: bot, id: decoder.bytes(of: event.eventID, in: body), fragment: fragment)
      }
      if let time = event.time {
        if time > now - OnlineSet.longestWindow { write.addUser(event.userID, seenAt: time) }
      } else {
        write.addUser(event.userID, seenAt: nowArgument)
      }
    }
    write.addWaiter(responder, place: place, events: events.count, isBatch: isBatch)
    if write.isFull { send(write, of: bot) }
  }

  private func read(_ request: OnlineRequest, for bot: WorkerBot, responder: any APIResponder, place: Int) {
    markPending(bot)
    let read: OnlineRead
    if let same = bot.reads.first(where: { $0.seconds == request.seconds }) {
      read = same
    } else {
      read = OnlineRead(worker: self, seconds: request.seconds)
      bot.reads.append(read)
    }
    read.addWaiter(responder, place: place)
  }

  // MARK: A tick

  private func startTick() {
    guard !tickIsScheduled else { return }
    tickIsScheduled = true
    now = clock.nowMilliseconds
    nowArgument.removeAll()
    nowArgument.appendBulk(now)
    eventLoop.assumeIsolatedUnsafeUnchecked().execute { self.endTick() }
  }

  private func markPending(_ bot: WorkerBot) {
    guard !bot.isPending else { return }
    bot.isPending = true
    pendingBots.append(bot)
  }

  private func endTick() {
    tickIsScheduled = false
    // Redis first: it works while the answers go out.
    redis.sendTogether { while let bot = pendingBots.popLast() { sendAll(of: bot) } }
    // Flushing may answer what had to wait; that is for the next tick.
    for _ in 0..<answered.count { answered.popFirst()?.flushResponses() }
  }

  private func sendAll(of bot: WorkerBot) {
    bot.isPending = false
    if let write = bot.events { send(write, of: bot) }
    guard !bot.reads.isEmpty else { return }
    for read in bot.reads { send(read, of: bot) }
    bot.reads.removeAll(keepingCapacity: true)
  }

  private func send(_ write: EventWrite, of bot: WorkerBot) {
    bot.events = nil
    do {
      try redis.send(commands: write.events + (write.users == 0 ? 0 : 1), handler: write) { out in
        write.writeCommands(of: bot, to: &out)
      }
    } catch {
      return write.redisFailed(error)
    }
    trimIfDue(bot)
  }

  private func send(_ read: OnlineRead, of bot: WorkerBot) {
    do {
      try redis.send(commands: 1, handler: read) { out in
        bot.online.writeCount(window: read.seconds, now: now, to: &out)
      }
    } catch {
      read.redisFailed(error)
    }
  }

  /// Trimming and expiry ride along with events, a few seconds apart. If they can't be sent, the next ones do it.
  private func trimIfDue(_ bot: WorkerBot) {
    guard now - bot.lastTrimmed >= OnlineSet.trimInterval else { return }
    bot.lastTrimmed = now
    let trim = bot.online.trim(now: now)
    try? redis.send(commands: trim.count, handler: OnlineTrimReplies(bot, self)) { out in
      for command in trim { command.write(to: &out) }
    }
  }

  // MARK: Answers

  func answer(_ answer: APIAnswer, to responder: any APIResponder, place: Int) {
    responder.respond(answer, place: place)
    answered.append(responder)
    startTick()
  }

  func recycle(_ write: EventWrite) {
    // What a large batch request made large isn't kept.
    if spareWrites.count < 16, write.capacity <= 64 * 1024, !isStopped { spareWrites.append(write) }
  }

  func logRefusal(_ reply: borrowing RedisReply) {
    log("Redis refuses", reply)
  }

  func logUntrimmed(_ reply: borrowing RedisReply) {
    // A Redis that takes no writes refuses it for every bot.
    log("An online set could not be trimmed", reply)
  }

  func logUncounted(_ reply: borrowing RedisReply) {
    log("An event was stored but its user is not counted as online", reply)
  }

  /// Once a second says enough, however many requests there are. The clock may have been set back since the last time.
  private func mayLog(_ now: Int64) -> Bool {
    guard abs(now - lastLogged) >= 1000 else { return false }
    lastLogged = now
    return true
  }

  private func log(_ message: Logger.Message, _ reply: borrowing RedisReply) {
    guard mayLog(now) else { return }
    logger.warning(message, metadata: ["error": "\(reply.string ?? "")"])
  }
}

@available(*, unavailable)
extension APIWorker: Sendable {}

/// Hears what Redis says to trimming and expiry. Nobody waits for it, and what failed is done again seconds later.
private final class OnlineTrimReplies: RedisReplyHandler {
  private let bot: WorkerBot
  private let worker: APIWorker

  init(_ bot: WorkerBot, _ worker: APIWorker) {
    self.bot = bot
    self.worker = worker
  }

  func redisReplied(_ reply: borrowing RedisReply, index: Int) {
    if reply.isError {
      worker.logUntrimmed(reply)
    } else if index == OnlineSet.trimCount - 1 {
      bot.onlineUsers = reply.integer ?? 0
    }
  }

  func redisFailed(_ error: RedisClientError) {}
}
