import HowUsedModel

/// An event of a test, and the fragment that the stream holds for it.
struct TestEvent: Sendable {
  var bot: Int64
  var user: Int64
  /// Nil: a deprecated update.
  var event: String?
  var params: [String] = []
  /// Unix milliseconds.
  var time: Int64
  var isBackfilled = false
  var registered: Int64?

  var fragment: [UInt8] {
    var text: [UInt8] = []
    func append(_ string: String) { text += Array(string.utf8) }
    if isBackfilled { append("\"time\":\"\(UTCTime.format(milliseconds: time))\",") }
    if event == nil { append("\"type\":\"update\",") }
    append("\"botId\":\(bot),\"userId\":\(user)")
    if let event { text += Array(",\"event\":\"".utf8) + JSONText.escaped(event) + Array("\"".utf8) }
    for (index, value) in params.enumerated() where !value.isEmpty {
      text += Array(",\"param_\(index + 1)\":\"".utf8) + JSONText.escaped(value) + Array("\"".utf8)
    }
    if let registered { append(",\"userRegisterTime\":\(registered)") }
    return text
  }

  func param(_ number: Int) -> String { number <= params.count ? params[number - 1] : "" }
}
