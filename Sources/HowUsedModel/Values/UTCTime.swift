internal import ByteText
package import NIOCore

/// Unix time as text and back, in UTC and the proleptic Gregorian calendar, without Foundation.
///
/// The text is `2026-11-22T10:00:00.123Z`, always 24 bytes, for years 1970…9999.
package enum UTCTime {
  package static let textLength = 24
  package static let millisecondsPerDay: Int64 = 86_400_000
  /// 9999-12-31T23:59:59.999Z.
  package static let maximumMilliseconds: Int64 = 253_402_300_799_999

  /// A time outside 1970…9999 is written as the nearest one inside.
  package static func format(milliseconds: Int64) -> String {
    String(unsafeUninitializedCapacity: textLength) { space in
      write(milliseconds: milliseconds, to: UnsafeMutableRawBufferPointer(space))
    }
  }

  /// The UTC date, `2026-11-22`.
  package static func date(milliseconds: Int64) -> String { String(format(milliseconds: milliseconds).prefix(10)) }

  @discardableResult
  package static func write(milliseconds: Int64, to buffer: inout ByteBuffer) -> Int {
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: textLength) { space in
      write(milliseconds: milliseconds, to: space)
    }
  }

  /// Returns the bytes written: 24, or 0 when `space` is smaller than that.
  package static func write(milliseconds: Int64, to space: UnsafeMutableRawBufferPointer) -> Int {
    guard let base = space.baseAddress, space.count >= textLength else { return 0 }
    let clamped = min(max(milliseconds, 0), maximumMilliseconds)
    let (days, ofDay) = clamped.quotientAndRemainder(dividingBy: millisecondsPerDay)
    let date = civil(daysSinceEpoch: days)
    let seconds = ofDay / 1000
    func number(_ value: Int64, _ digits: Int, at offset: Int, then separator: Unicode.Scalar) {
      DecimalText.write(UInt64(value), digits: digits, to: base + offset)
      base.storeBytes(of: UInt8(ascii: separator), toByteOffset: offset + digits, as: UInt8.self)
    }
    number(date.year, 4, at: 0, then: "-")
    number(date.month, 2, at: 5, then: "-")
    number(date.day, 2, at: 8, then: "T")
    number(seconds / 3600, 2, at: 11, then: ":")
    number(seconds / 60 % 60, 2, at: 14, then: ":")
    number(seconds % 60, 2, at: 17, then: ".")
    number(ofDay % 1000, 3, at: 20, then: "Z")
    return textLength
  }

  /// Unix milliseconds of `2026-11-22`, `2026-11-22T10:00Z`, `…:00Z` or `….123Z` (1 to 3 digits); `nil` for all else,
  /// days that don't exist included. A missing time of day is midnight; a missing `Z` is refused.
  package static func parse(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  package static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    if let time = parseWhole(bytes) { return time }
    func number(_ offset: Int, _ digits: Int) -> Int64? {
      guard offset + digits <= bytes.count else { return nil }
      var value: Int64 = 0
      for index in offset..<offset + digits {
        let digit = bytes[index] &- 0x30
        guard digit < 10 else { return nil }
        value = value * 10 + Int64(digit)
      }
      return value
    }
    func has(_ scalar: Unicode.Scalar, at offset: Int) -> Bool {
      offset < bytes.count && bytes[offset] == UInt8(ascii: scalar)
    }
    guard
      let year = number(0, 4), has("-", at: 4), let month = number(5, 2), has("-", at: 7), let day = number(8, 2),
      year >= 1970, (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year)
    else { return nil }
    let midnight = daysSinceEpoch(year: year, month: month, day: day) * millisecondsPerDay
    if bytes.count == 10 { return midnight }
    guard
      has("T", at: 10), let hour = number(11, 2), has(":", at: 13), let minute = number(14, 2),
      hour < 24, minute < 60
    else { return nil }
    var end = 16
    var milliseconds = (hour * 60 + minute) * 60_000
    if has(":", at: end) {
      guard let second = number(17, 2), second < 60 else { return nil }
      milliseconds += second * 1000
      end = 19
      if has(".", at: end) {
        let digits = bytes.count - 1 - (end + 1)
        guard (1...3).contains(digits), let fraction = number(end + 1, digits) else { return nil }
        milliseconds += digits == 3 ? fraction : digits == 2 ? fraction * 10 : fraction * 100
        end += 1 + digits
      }
    }
    guard has("Z", at: end), bytes.count == end + 1 else { return nil }
    return midnight + milliseconds
  }

  /// The form that ``format(milliseconds:)`` writes; nil for any other. Each line of an archive has one.
  @inline(__always)
  private static func parseWhole(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count == textLength else { return nil }
    var largest: UInt8 = 0
    @inline(__always) func digit(_ index: Int) -> Int64 {
      let digit = bytes[index] &- 0x30
      largest = max(largest, digit)
      return Int64(digit)
    }
    @inline(__always) func pair(_ index: Int) -> Int64 { digit(index) &* 10 &+ digit(index &+ 1) }
    let (year, month, day) = (pair(0) &* 100 &+ pair(2), pair(5), pair(8))
    let (hour, minute, second) = (pair(11), pair(14), pair(17))
    let milliseconds = pair(20) &* 10 &+ digit(22)
    guard largest < 10, year >= 1970, (1...12).contains(month), day >= 1, day <= daysIn(month: month, year: year),
      hour < 24, minute < 60, second < 60,
      bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "."),
      bytes[23] == UInt8(ascii: "Z")
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    return days &* millisecondsPerDay &+ ((hour &* 60 &+ minute) &* 60 &+ second) &* 1000 &+ milliseconds
  }

  // The two conversions below count years from 1 March, so that a leap day is a year's last day: Howard Hinnant,
  // "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days, for days from 0000-03-01 on.

  package static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let marchYear = month > 2 ? year : year - 1
    let era = marchYear / 400
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// `daysSinceEpoch` must be at least 0 (1970-01-01).
  package static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
  }

  private static func daysIn(month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}
