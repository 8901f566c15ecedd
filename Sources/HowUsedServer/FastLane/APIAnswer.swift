package import HowUsedModel

/// What the API says to one request.
package enum APIAnswer: Sendable {
  /// `{"ok":true}`: Redis has confirmed the event.
  case ok
  /// `{"ok":true,"onlineCount":N}`
  case online(Int64)
  /// `{"ok":true,"accepted":N}`: Redis has confirmed every event of a batch.
  case accepted(Int)
  case failed(RequestError)
}
