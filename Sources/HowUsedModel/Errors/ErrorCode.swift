/// The stable words in an error answer's `error`. Clients match on them: add, never change.
package enum ErrorCode: String, Sendable, CaseIterable {
  case badRequest = "bad_request"
  case invalidJSON = "invalid_json"
  case invalidForm = "invalid_form"
  case invalidMultipart = "invalid_multipart"
  case duplicateField = "duplicate_field"
  case invalidBotID = "invalid_bot_id"
  case invalidRequestType = "invalid_request_type"
  case invalidUserID = "invalid_user_id"
  case invalidEvent = "invalid_event"
  case invalidParam = "invalid_param"
  case invalidUserRegisterTime = "invalid_user_register_time"
  case invalidSeconds = "invalid_seconds"
  case invalidEvents = "invalid_events"
  case invalidTime = "invalid_time"
  case invalidEventID = "invalid_event_id"
  case invalidSentAt = "invalid_sent_at"
  case invalidEncoding = "invalid_content_encoding"
  case unauthorized = "unauthorized"
  case notFound = "not_found"
  case methodNotAllowed = "method_not_allowed"
  case requestTimeout = "request_timeout"
  case payloadTooLarge = "payload_too_large"
  case addressTooLong = "address_too_long"
  case unsupportedMediaType = "unsupported_media_type"
  case tooManyRequests = "too_many_requests"
  case headTooLarge = "head_too_large"
  case internalError = "internal_error"
  case redisUnavailable = "redis_unavailable"
  case outcomeUnknown = "outcome_unknown"
  case overloaded = "overloaded"
  case notReady = "not_ready"

  /// The HTTP status, which is also the answer's `error_code`.
  package var status: Int {
    switch self {
    case .unauthorized: 401
    case .notFound: 404
    case .methodNotAllowed: 405
    case .requestTimeout: 408
    case .payloadTooLarge: 413
    case .addressTooLong: 414
    case .unsupportedMediaType: 415
    case .tooManyRequests: 429
    case .headTooLarge: 431
    case .internalError: 500
    case .redisUnavailable, .outcomeUnknown, .overloaded, .notReady: 503
    default: 400
    }
  }

  /// The words that every description of this status begins with, as in the Telegram Bot API.
  package var reason: String {
    switch status {
    case 401: "Unauthorized"
    case 404: "Not Found"
    case 405: "Method Not Allowed"
    case 408: "Request Timeout"
    case 413: "Payload Too Large"
    case 414: "URI Too Long"
    case 415: "Unsupported Media Type"
    case 429: "Too Many Requests"
    case 431: "Request Header Fields Too Large"
    case 500: "Internal Server Error"
    case 503: "Service Unavailable"
    default: "Bad Request"
    }
  }
}
