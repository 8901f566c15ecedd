/// The keys that a request or a batch's item may hold and that mean something.
enum FieldName: UInt8, CaseIterable {
  case botID, apiToken, requestType, event, userID, userRegisterTime, registerTime
  case param1, param2, param3, seconds, events, time, eventID, sentAt

  var name: StaticString {
    switch self {
    case .botID: "botId"
    case .apiToken: "apiToken"
    case .requestType: "requestType"
    case .event: "event"
    case .userID: "userId"
    case .userRegisterTime: "userRegisterTime"
    case .registerTime: "registerTime"
    case .param1: "param_1"
    case .param2: "param_2"
    case .param3: "param_3"
    case .seconds: "seconds"
    case .events: "events"
    case .time: "time"
    case .eventID: "eventId"
    case .sentAt: "sentAt"
    }
  }

  /// The field's name as text, for error answers.
  var text: String { name.description }

  /// The longest known name.
  static let longest = 16

  /// Finds the field of a key; `nil` for an unknown one.
  ///
  /// Few keys have the same length (but for the params, which differ in their last byte), so that one look at the length
  /// leaves one comparison, or two.
  @inline(__always)
  static func of(_ start: UnsafeRawPointer, count: Int) -> FieldName? {
    switch count {
    case 4: start.equals("time") ? .time : nil
    case 5: start.equals("botId") ? .botID : start.equals("event") ? .event : nil
    case 6: start.equals("userId") ? .userID : start.equals("events") ? .events : start.equals("sentAt") ? .sentAt : nil
    case 7:
      if start.equals("param_", count: 6) {
        switch start.load(fromByteOffset: 6, as: UInt8.self) {
        case UInt8(ascii: "1"): .param1
        case UInt8(ascii: "2"): .param2
        case UInt8(ascii: "3"): .param3
        default: nil
        }
      } else {
        start.equals("eventId") ? .eventID : start.equals("seconds") ? .seconds : nil
      }
    case 8: start.equals("apiToken") ? .apiToken : nil
    case 11: start.equals("requestType") ? .requestType : nil
    case 12: start.equals("registerTime") ? .registerTime : nil
    case 16: start.equals("userRegisterTime") ? .userRegisterTime : nil
    default: nil
    }
  }
}

extension UnsafeRawPointer {
  /// Whether the bytes here are `word`. The caller has made sure that there are as many.
  @inline(__always)
  func equals(_ word: StaticString) -> Bool { equals(word, count: word.utf8CodeUnitCount) }

  @inline(__always)
  func equals(_ word: StaticString, count: Int) -> Bool {
    let other = UnsafeRawPointer(word.utf8Start)
    var index = 0
    while index &+ 8 <= count {
      guard
        loadUnaligned(fromByteOffset: index, as: UInt64.self)
          == other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      else { return false }
      index &+= 8
    }
    while index < count {
      guard load(fromByteOffset: index, as: UInt8.self) == other.load(fromByteOffset: index, as: UInt8.self) else {
        return false
      }
      index &+= 1
    }
    return true
  }
}
