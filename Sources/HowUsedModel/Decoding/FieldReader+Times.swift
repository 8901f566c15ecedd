extension FieldReader {
  /// Unix seconds, the fraction cut off; `nil` if not sent. `userRegisterTime` wins over its alias.
  @inline(__always)
  func registerTime(_ fields: borrowing RequestFields) throws(RequestError) -> Int64? {
    if let value = fields[.userRegisterTime], !isAbsent(value) {
      return try registerTime(.userRegisterTime, value)
    }
    if let value = fields[.registerTime], !isAbsent(value) { return try registerTime(.registerTime, value) }
    return nil
  }

  private func registerTime(_ name: FieldName, _ value: FieldValue) throws(RequestError) -> Int64 {
    let latest = now + Limits.registerTimeAhead
    let range = Limits.earliestRegisterTime...max(latest, Limits.earliestRegisterTime)
    let reading = decimal(value, scale: 0)
    if case .value(let seconds) = reading, range.contains(seconds) { return seconds }
    if looksLikeMilliseconds(reading, range) { throw millisecondsError(.invalidUserRegisterTime, name) }
    throw error(
      .invalidUserRegisterTime,
      name,
      value,
      "unix seconds from \(Limits.earliestRegisterTime) (2010-01-01) to a day from now"
    )
  }

  /// When a batch's item happened, Unix milliseconds; `nil` if not sent. JSON numbers only. Up to the end of the present
  /// second, because `now` is whole seconds.
  func backfillTime(_ value: FieldValue?) throws(RequestError) -> Int64? {
    guard let value, value.kind != .null else { return nil }
    let seconds = (now - Limits.backfillAge)...now
    guard value.kind == .integer || value.kind == .decimal else {
      throw error(.invalidTime, .time, value, "a number, unix seconds")
    }
    let reading = decimal(value, scale: 3)
    if case .value(let milliseconds) = reading {
      if milliseconds >= seconds.lowerBound * 1000, milliseconds < (now + 1) * 1000 { return milliseconds }
      if looksLikeMilliseconds(.value(milliseconds / 1000), seconds) { throw millisecondsError(.invalidTime, .time) }
    }
    throw error(.invalidTime, .time, value, "unix seconds, at most 7 days old and not in the future")
  }

  private func decimal(_ value: FieldValue, scale: Int) -> NumberText.Reading {
    switch value.kind {
    // The usual way to write a time, and quicker to read.
    case .integer where scale == 0: NumberText.integer(start(of: value.slice), count: Int(value.slice.count))
    case .integer, .decimal, .text: NumberText.decimal(bytes(of: value.slice), scale: scale)
    default: .malformed
    }
  }

  private func looksLikeMilliseconds(_ reading: NumberText.Reading, _ seconds: ClosedRange<Int64>) -> Bool {
    guard case .value(let number) = reading else { return false }
    return seconds.contains(number / 1000)
  }

  private func millisecondsError(_ code: ErrorCode, _ name: FieldName) -> RequestError {
    RequestError(
      code,
      field: name.text,
      "\(name.text) must be unix seconds, got what looks like milliseconds: divide it by 1000"
    )
  }
}
