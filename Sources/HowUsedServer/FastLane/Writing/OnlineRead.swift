import HowUsedModel
import Redis

/// One ZCOUNT, and everyone who asked for the same bot and window in the same tick of an event loop.
final class OnlineRead: RedisReplyHandler {
  let seconds: Int
  private let worker: APIWorker
  private var waiters: [(responder: any APIResponder, place: Int)] = []

  init(worker: APIWorker, seconds: Int) {
    self.worker = worker
    self.seconds = seconds
  }

  func addWaiter(_ responder: any APIResponder, place: Int) { waiters.append((responder, place)) }

  func redisReplied(_ reply: borrowing RedisReply, index: Int) {
    if let count = reply.integer {
      finish(.online(count))
    } else {
      worker.logRefusal(reply)
      finish(.failed(.redisUnavailable()))
    }
  }

  /// A read changes nothing, so that its loss leaves nothing unknown.
  func redisFailed(_ error: RedisClientError) {
    finish(.failed(.redisUnavailable()))
  }

  private func finish(_ answer: APIAnswer) {
    for waiter in waiters { worker.answer(answer, to: waiter.responder, place: waiter.place) }
    waiters.removeAll()
  }
}
