import HowUsedModel

/// An event as a test makes it up.
struct KeptEvent: Equatable {
  var id: StreamID
  var bot: Int64
  var user: Int64
  /// Nil: an update.
  var name: String?
  var params: [String] = []
  /// Unix milliseconds, of a backfilled one.
  var time: Int64?
  var registerTime: Int64?

  /// Unix milliseconds.
  var happened: Int64 { time ?? Int64(id.milliseconds) }

  /// The event's name and its params, as a section has them.
  var texts: [[UInt8]] {
    let params = params + Array(repeating: "", count: 3 - params.count)
    return ([name ?? ""] + params).map { Array($0.utf8) }
  }

  func line(_ partition: Partition) -> String {
    var line = #"{"id":"\#(id)","partition":\#(partition.rawValue),"time":"\#(UTCTime.format(milliseconds: happened))""#
    if name == nil { line += #","type":"update""# }
    line += #","botId":\#(bot),"userId":\#(user)"#
    if let name { line += #","event":"\#(name)""# }
    for (index, param) in params.enumerated() where !param.isEmpty { line += #","param_\#(index + 1)":"\#(param)""# }
    if let registerTime { line += #","userRegisterTime":\#(registerTime)"# }
    return line + "}"
  }
}
