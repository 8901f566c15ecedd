extension RequestDecoder {
  /// The request that the fields make up.
  mutating func request(
    _ botID: BotID,
    _ token: TextSlice,
    _ reader: FieldReader,
    isJSON: Bool
  ) throws(RequestError) -> APIRequest {
    switch try requestType(reader) {
    case .event: .event(try Self.event(.event, botID, token, fields, reader))
    case .update: .event(try Self.event(.update, botID, token, fields, reader))
    case .getOnline:
      .getOnline(OnlineRequest(botID: botID, token: token, seconds: try reader.seconds(fields[.seconds])))
    case .events: .events(try batch.request(botID, token, isJSON: isJSON, wasSent: fields[.events] != nil))
    }
  }

  private enum RequestType {
    case event, update, getOnline, events
  }

  /// Missing means the deprecated `update`.
  private func requestType(_ reader: FieldReader) throws(RequestError) -> RequestType {
    guard let value = fields[.requestType], value.kind != .null else { return .update }
    if value.kind == .text {
      let start = reader.start(of: value.slice)
      switch value.slice.count {
      case 5 where start.equals("event"): return .event
      case 9 where start.equals("getOnline"): return .getOnline
      case 6 where start.equals("update"): return .update
      case 6 where start.equals("events"): return .events
      default: break
      }
    }
    throw reader.error(.invalidRequestType, .requestType, value, "event, events, getOnline or update")
  }

  @inline(__always)
  static func event(
    _ kind: EventRequest.Kind,
    _ botID: BotID,
    _ token: TextSlice,
    _ fields: borrowing RequestFields,
    _ reader: FieldReader
  ) throws(RequestError) -> EventRequest {
    EventRequest(
      botID: botID,
      token: token,
      kind: kind,
      event: kind == .event ? try reader.eventName(fields[.event]) : .empty,
      userID: try reader.userID(fields[.userID]),
      param1: try reader.param(.param1, fields[.param1]),
      param2: try reader.param(.param2, fields[.param2]),
      param3: try reader.param(.param3, fields[.param3]),
      userRegisterTime: try reader.registerTime(fields),
      time: nil
    )
  }
}
