/// One valid request.
package enum APIRequest: Sendable, Equatable {
  case event(EventRequest)
  case getOnline(OnlineRequest)
  case events(EventBatch)
}

/// A valid `event` or `update`. Its texts are slices: they hold as long as the body and until the decoder's next use.
package struct EventRequest: Sendable, Equatable {
  package enum Kind: UInt8, Sendable {
    case event
    /// The deprecated form, which has no event name.
    case update
  }

  package var botID: BotID
  package var token: TextSlice
  package var kind: Kind
  /// Empty for `.update`.
  package var event: TextSlice
  package var userID: UserID
  package var param1: TextSlice
  package var param2: TextSlice
  package var param3: TextSlice
  /// Unix seconds; a fraction was cut off.
  package var userRegisterTime: Int64?
  /// When it happened, Unix milliseconds, if that isn't now: a batch may bring its own.
  package var time: Int64?
  /// Of the same id one event is stored; empty: none was given.
  package var eventID = TextSlice.empty
}

/// A valid `getOnline`.
package struct OnlineRequest: Sendable, Equatable {
  package var botID: BotID
  package var token: TextSlice
  /// 1…600: more was asked for and capped.
  package var seconds: Int
}

/// A valid `events`. Every item has the batch's bot and token.
///
/// The array is the decoder's own, used again for the next batch: let go of it before decoding again, or it is copied.
package struct EventBatch: Sendable, Equatable {
  package var botID: BotID
  package var token: TextSlice
  package var items: [EventRequest]
}

/// A readable request that says who sends it.
///
/// Whether the rest of it is valid is told only to who is authorised: check `botID` and `token` first, then `body`.
package struct DecodedRequest: Sendable, Equatable {
  package let botID: BotID
  package let token: TextSlice
  package let body: Result<APIRequest, RequestError>
}

/// One text value of a request or of a stored fragment: where it is and how it's written there, so that nothing is
/// copied until it is needed.
package struct TextSlice: Sendable, Equatable {
  package enum Encoding: UInt8, Sendable {
    /// The bytes at `offset` of the body (or fragment) are the text in UTF-8.
    case verbatim
    /// The bytes at `offset` of the decoder's scratch memory are the text in UTF-8: it was written with escapes.
    case scratch
    /// The bytes at `offset` of a fragment are the text with JSON escapes. Requests never hold these.
    case jsonEscaped
  }

  package var offset: Int32
  /// In bytes, as stored at `offset`.
  package var count: Int32
  package var encoding: Encoding

  package init(offset: Int, count: Int, encoding: Encoding) {
    // Both are within a body, whose length is at most Limits.bodyBytes.
    self.offset = Int32(truncatingIfNeeded: offset)
    self.count = Int32(truncatingIfNeeded: count)
    self.encoding = encoding
  }

  /// No text. An absent optional text is this too.
  package static var empty: TextSlice { TextSlice(offset: 0, count: 0, encoding: .verbatim) }

  package var isEmpty: Bool { count == 0 }
}
