import Testing

/// Local time. The numbers were computed with Python's zoneinfo, hours by asking for each local full
/// hour whether it exists, once or twice.
@Suite struct RecountZoneTests {
  static let years: [(zone: String, days: Int64, weeks: Int64, hours: (count: Int, sum: Int64))] = [
    ("UTC", 5_739_552_000, 819_936_000, (8760, 138_111_912_000)),
    ("Europe/Berlin", 5_769_018_000, 819_640_800, (8760, 138_111_912_000)),
    ("America/New_York", 5_745_265_200, 820_749_600, (8760, 138_111_912_000)),
    ("Asia/Kolkata", 5_763_861_000, 818_906_400, (8760, 138_127_680_000)),
    ("Asia/Kathmandu", 5_763_532_500, 818_859_600, (8760, 138_119_796_000)),
    ("Australia/Lord_Howe", 5_756_961_600, 817_923_600, (8759, 138_095_960_400)),
    ("America/Santiago", 5_744_052_000, 820_576_800, (8760, 138_111_912_000)),
    ("America/Havana", 5_745_265_200, 820_749_600, (8760, 138_111_912_000)),
    ("Pacific/Chatham", 5_753_650_500, 817_452_000, (8760, 138_119_796_000)),
    ("America/St_Johns", 5_743_294_200, 820_468_800, (8760, 138_127_680_000)),
  ]

  /// The beginnings of all local days, weeks and hours within 2026 of UTC, as sums of their seconds into the year.
  @Test(arguments: 0..<10)
  func wholeYear(index: Int) throws {
    let expected = Self.years[index]
    let year: Range<Int64> = 1_767_225_600..<1_798_761_600
    let zone = try RecountZone(expected.zone, from: year.lowerBound, to: year.upperBound)
    func offsets(_ divider: RecountDivider) -> [Int64] {
      zone.begins(divider).filter { year.contains($0) }.map { $0 - year.lowerBound }
    }
    #expect(offsets(.day).count == 365)
    #expect(offsets(.day).reduce(0, +) == expected.days)
    #expect(offsets(.week).count == 52)
    #expect(offsets(.week).reduce(0, +) == expected.weeks)
    #expect(offsets(.hour).count == expected.hours.count)
    #expect(offsets(.hour).reduce(0, +) == expected.hours.sum)
  }

  static let changes: [(name: String, from: Int64, to: Int64, hours: Int)] = [
    // 2026-03-29 has 23 hours, 2026-10-25 has 25.
    ("Europe/Berlin", 1_774_738_800, 1_774_821_600, 23), ("Europe/Berlin", 1_792_879_200, 1_792_969_200, 25),
    // 2026-09-06 has no midnight; 2026-04-04 has its last hour twice.
    ("America/Santiago", 1_788_667_200, 1_788_750_000, 23), ("America/Santiago", 1_775_271_600, 1_775_361_600, 25),
    // 2026-03-08 has no midnight; 2026-11-01 has two, and begins at the first.
    ("America/Havana", 1_772_946_000, 1_773_028_800, 23), ("America/Havana", 1_793_505_600, 1_793_595_600, 25),
    // 2026-10-04 has 23.5 hours, 2026-04-05 24.5.
    ("Australia/Lord_Howe", 1_791_034_200, 1_791_118_800, 23),
    ("Australia/Lord_Howe", 1_775_307_600, 1_775_395_800, 24),
    ("Pacific/Chatham", 1_790_421_300, 1_790_504_100, 23), ("America/St_Johns", 1_793_500_200, 1_793_590_200, 25),
  ]

  @Test(arguments: changes)
  func daysOfClockChanges(name: String, from: Int64, to: Int64, hours: Int) throws {
    let zone = try RecountZone(name, from: from, to: to)
    #expect(zone.bounds(.day, from: from, to: to) == [from, to])
    #expect(zone.bounds(.day, from: from + 1, to: to - 1) == [from, to])
    #expect(zone.bounds(.hour, from: from, to: to).count == hours + 1)
    #expect(zone.begins(.day, count: 29, before: from).count == 29)
    #expect(zone.begins(.day, count: 1, before: to) == [from])
  }

  /// Lord Howe moves its clock by half an hour: from 02:00 to 02:30, which is no full hour, and from 02:00 to 01:30.
  @Test func hoursAreFullLocalHours() throws {
    let zone = try RecountZone("Australia/Lord_Howe", from: 1_775_311_200, to: 1_791_043_200)
    #expect(
      zone.bounds(.hour, from: 1_791_034_200, to: 1_791_043_201)
        == [1_791_034_200, 1_791_037_800, 1_791_043_200, 1_791_046_800]
    )
    #expect(
      zone.bounds(.hour, from: 1_775_311_200, to: 1_775_320_200) == [1_775_311_200, 1_775_316_600, 1_775_320_200]
    )
    #expect(zone.bounds(.quarter, from: 1_775_311_201, to: 1_775_312_101).count == 3)
    #expect(throws: RecountZone.Unknown.self) { try RecountZone("Nowhere/Else", from: 0, to: 0) }
  }
}
