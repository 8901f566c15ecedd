package import HowUsedModel

/// What the API says to one request.
package enum APIAnswer: Sendable {
  /// `{"ok":true}`: Redis has confirmed the event.
  case ok
  /// `{"ok":true,"onlineCount":N}`
  case online(Int64)
  /// `{"ok":true,"duplicate":true}`: Redis has confirmed an event with the same id before.
  case duplicate
  /// `{"ok":true,"accepted":N}`: Redis has confirmed every event of a batch; those with ids that were there before are
  /// `"duplicates":N`.
  case accepted(Int, duplicates: Int)
  case failed(RequestError)
}

/// Who asked: told the answer, on its event loop, exactly once for each request that it handed to an ``APIWorker``.
package protocol APIResponder: AnyObject {
  /// - Parameter place: what the responder gave the worker with the request.
  func respond(_ answer: APIAnswer, place: Int)
  /// Everything that this tick had for the responder was said: what was written may go out.
  func flushResponses()
}
