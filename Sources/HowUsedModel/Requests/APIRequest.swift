/// One valid request.
package enum APIRequest: Sendable, Equatable {
  case event(EventRequest)
  case getOnline(OnlineRequest)
  case events(EventBatch)
}
