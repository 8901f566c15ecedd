/// Every number that the API promises or refuses by. The API's document and `openapi.json` say the same; tests compare.
package enum Limits {
  package static let botID: ClosedRange<Int64> = 1...(1 << 53)

  /// Length of an event's name in Unicode scalars.
  package static let eventScalars = 3...20
  /// UTF-8 bytes of one `param_N`, decoded.
  package static let paramBytes = 256
  /// UTF-8 bytes of a token. Ours are 36-byte UUIDs; imported ones may look otherwise.
  package static let tokenBytes = 1...128

  /// `getOnline`'s window.
  package static let onlineSeconds = 1...600
  package static let defaultOnlineSeconds = 120

  /// 2010-01-01T00:00:00Z: no chat platform with bots is older, so an earlier time is a mistake.
  package static let earliestRegisterTime: Int64 = 1_262_304_000
  /// How far a registration time may lie ahead of our clock, in seconds.
  package static let registerTimeAhead: Int64 = 86_400

  /// How old a backfilled event's `time` may be, in seconds.
  package static let backfillAge: Int64 = 7 * 86_400
  /// UTF-8 bytes of an `eventId`.
  package static let eventIDBytes = 64
  package static let batchItems = 1...1000
  /// How many bad items of a refused batch are reported.
  package static let reportedItems = 20

  /// Bytes of a request's body after decompression, whatever its form.
  package static let bodyBytes = 1 << 20
  /// Bytes that any compressed body may expand to, and how many times its own size beyond: a batch of 1,000 items
  /// that differ in nothing but user and time reaches 130 times.
  package static let expandedBytes = 64 * 1024
  package static let expansionRatio = 200
  /// Bytes of a request's address, and of its header fields together; how many of these there may be.
  package static let addressBytes = 4096
  package static let headBytes = 16 * 1024
  package static let headFields = 64
  /// How deep an unknown key's value may nest.
  package static let nesting = 16
  /// RFC 2046, section 5.1.1.
  package static let boundaryBytes = 1...70

  /// No event fragment is longer: the fixed parts, a name of 20 scalars at 4 bytes and three params, each of whose
  /// bytes may be written as `\u00XX`.
  package static let fragmentBytes = 512 + 6 * (4 * 20 + 3 * 256)
}
