import Foundation
import HowUsedModel
import NIOCore
import Testing

@Suite struct UTCTimeTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (951_868_799_999, "2000-02-29T23:59:59.999Z"), (1_795_341_600_123, "2026-11-22T10:00:00.123Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)]
  )
  func bothWays(milliseconds: Int64, text: String) {
    #expect(UTCTime.format(milliseconds: milliseconds) == text)
    #expect(UTCTime.parse(text) == milliseconds)
    #expect(UTCTime.date(milliseconds: milliseconds) == text.prefix(10))
    var buffer = ByteBuffer()
    #expect(UTCTime.write(milliseconds: milliseconds, to: &buffer) == 24)
    #expect(String(buffer: buffer) == text)
  }

  @Test func outsideIsClamped() {
    #expect(UTCTime.format(milliseconds: -1) == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime.format(milliseconds: .max) == "9999-12-31T23:59:59.999Z")
  }

  /// Every day of 400 years against Foundation's calendar, and back.
  @Test func againstFoundation() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    for day in stride(from: Int64(0), to: 146_097, by: 7) {
      let date = UTCTime.civil(daysSinceEpoch: day)
      let other = calendar.dateComponents(
        [.year, .month, .day],
        from: Date(timeIntervalSince1970: Double(day) * 86_400)
      )
      #expect(Int(date.year) == other.year && Int(date.month) == other.month && Int(date.day) == other.day)
      #expect(UTCTime.daysSinceEpoch(year: date.year, month: date.month, day: date.day) == day)
    }
  }

  @Test(
    arguments: [
      ("2026-11-22", 1_795_305_600_000), ("2026-11-22T10:00Z", 1_795_341_600_000),
      ("2026-11-22T10:00:00Z", 1_795_341_600_000), ("2026-11-22T10:00:00.1Z", 1_795_341_600_100),
      ("2026-11-22T10:00:00.12Z", 1_795_341_600_120), ("2026-02-28", 1_772_236_800_000), ("2026-02-29", nil),
      ("2026-00-01", nil), ("2026-13-01", nil), ("2026-04-31", nil), ("1969-12-31", nil), ("2026-11-22T", nil),
      ("2026-11-22T24:00Z", nil), ("2026-11-22T10:60Z", nil), ("2026-11-22T10:00:60Z", nil), ("2026-11-22T10:00", nil),
      ("2026-11-22T10:00:00", nil), ("2026-11-22T10:00:00.Z", nil), ("2026-11-22T10:00:00.1234Z", nil),
      ("2026-11-22T10:00:00+01:00", nil), ("2026-11-22T10:00:00.12", nil), ("2026-11-22 10:00Z", nil), ("", nil),
      ("26-11-22", nil), ("2026-11-22T10:00:00.000ZZ", nil), ("2026-11-22Z", nil),
    ] as [(String, Int64?)]
  )
  func parse(text: String, expected: Int64?) {
    #expect(UTCTime.parse(text) == expected)
  }
}
