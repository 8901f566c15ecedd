import HowUsedModel
import HowUsedStore
import NIOCore
import Redis

/// The events of one bot in one tick of an event loop: their XADDs, then one ZADD for all their users, written to Redis
/// side by side, and who is to be told when the replies come.
///
/// Nobody is answered before the ZADD's reply, so that an acknowledged event is counted by every later `getOnline`.
final class EventWrite: RedisReplyHandler {
  private struct Waiter {
    let responder: any APIResponder
    let place: Int
    /// Commands that add an event of this request: 1, or as many as a batch request has items.
    let events: Int
    let isBatch: Bool
    /// Those whose id was there already.
    var duplicates = 0
    var isRefused = false
  }

  /// Bytes of XADD commands that one write gathers before it is sent without waiting for the tick's end.
  static let fullSize = 1024 * 1024

  /// Keeps it for as long as replies may come; those that are spare hold on to it until it stops.
  private let worker: APIWorker
  private var waiters: [Waiter] = []
  private var commands = CommandBytes()
  /// Times and users: the ZADD's arguments.
  private var seen = CommandBytes()
  private(set) var events = 0
  private(set) var users = 0
  /// The waiter whose replies come next, and how many of its have come.
  private var current = 0
  private var currentReplies = 0

  init(worker: APIWorker) { self.worker = worker }

  var isEmpty: Bool { waiters.isEmpty }
  /// Bytes that its buffers hold on to.
  var capacity: Int { commands.capacity + seen.capacity }
  var isFull: Bool { commands.count >= Self.fullSize }

  func addWaiter(_ responder: any APIResponder, place: Int, events: Int, isBatch: Bool) {
    waiters.append(.init(responder: responder, place: place, events: events, isBatch: isBatch))
  }

  /// - Parameters:
  ///   - bot: whose it is.
  ///   - fragment: what the stream keeps of the event.
  func addEvent(of bot: WorkerBot, fragment: UnsafeRawBufferPointer) {
    commands.append(bot.xaddHead)
    commands.appendBulk(fragment)
    events += 1
  }

  /// The same for an event that is stored only if none with its id was.
  func addEvent(of bot: WorkerBot, id: UnsafeRawBufferPointer, fragment: UnsafeRawBufferPointer) {
    bot.appendOnce(id: id, fragment: fragment, to: &commands)
    events += 1
  }

  /// - Parameter time: milliseconds, as an argument of a command.
  func addUser(_ user: UserID, seenAt time: borrowing CommandBytes) {
    seen.append(time)
    seen.appendBulk(user.rawValue)
    users += 1
  }

  /// - Parameter time: milliseconds.
  func addUser(_ user: UserID, seenAt time: Int64) {
    seen.appendBulk(time)
    seen.appendBulk(user.rawValue)
    users += 1
  }

  /// Every XADD, then one ZADD for all users.
  func writeCommands(of bot: WorkerBot, to out: inout ByteBuffer) {
    if users > 0 {
      commands.appendArrayHeader(OnlineSet.addArguments(users: users))
      commands.append(bot.zaddHead)
      commands.append(seen)
    }
    out.writeCommands(commands)
  }

  func redisReplied(_ reply: borrowing RedisReply, index: Int) {
    if index < events {
      if reply.isError {
        if current < waiters.count { waiters[current].isRefused = true }
        worker.logRefusal(reply)
      } else if reply.integer == 0, current < waiters.count {
        // An XADD's reply is the entry's id, which is no integer.
        waiters[current].duplicates += 1
      }
      currentReplies += 1
      if current < waiters.count, currentReplies == waiters[current].events {
        current += 1
        currentReplies = 0
      }
    } else if reply.isError {
      worker.logUncounted(reply)
    }
    // The ZADD's reply, or the last XADD's where nobody is to be counted.
    if index == events - (users == 0 ? 1 : 0) { finish(missing: nil) }
  }

  func redisFailed(_ error: RedisClientError) {
    finish(missing: error)
  }

  /// Tells everyone. An event whose XADD Redis has confirmed is acknowledged, whatever happened to what followed it.
  private func finish(missing: RedisClientError?) {
    let worker = worker
    // From the last one on, since that is the cheapest way to empty a list; a connection's places keep its order.
    while let waiter = waiters.popLast() {
      let answer: APIAnswer =
        if waiter.isRefused {
          // Redis has refused an event, so it wasn't stored; but of a batch some may have been.
          .failed(waiter.isBatch ? .outcomeUnknown() : .redisUnavailable())
        } else if let missing, waiters.count >= current {
          .failed(missing.requestError)
        } else {
          waiter.isBatch
            ? .accepted(waiter.events - waiter.duplicates, duplicates: waiter.duplicates)
            : waiter.duplicates > 0 ? .duplicate : .ok
        }
      worker.answer(answer, to: waiter.responder, place: waiter.place)
    }
    commands.removeAll()
    seen.removeAll()
    (events, users, current, currentReplies) = (0, 0, 0, 0)
    worker.recycle(self)
  }
}

extension RedisClientError {
  /// What a bot is told whose event got no reply from Redis.
  fileprivate var requestError: RequestError {
    switch self {
    case .notConnected: .redisUnavailable()
    case .queueFull: .overloaded()
    case .connectionLost, .timedOut, .protocolError: .outcomeUnknown()
    }
  }
}
