import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import NIOCore
import Redis
import TestSupport
import Testing

@Suite struct ExporterTests {
  private func export(
    _ rig: ArchiveRig,
    _ filter: ExportFilter = .init(),
    _ format: ExportFormat = .ndjson,
    sealedOnly: Bool = false
  ) async throws -> (lines: [String], progress: ExportProgress) {
    let exporter = Exporter(
      layout: rig.layout,
      streams: sealedOnly ? nil : rig.streams,
      filter: filter,
      format: format,
      pageEvents: 7
    )
    var bytes: [UInt8] = []
    let progress = try await exporter.run { bytes += $0 }
    let text = String(decoding: bytes, as: UTF8.self)
    return (text.split(separator: format == .csv ? "\r\n" : "\n").map(String.init), progress)
  }

  private func ids(_ lines: [String]) -> [StreamID] {
    lines.map { line in
      Array(line.utf8).withUnsafeBytes { ArchiveLine($0)?.id } ?? .zero
    }
  }

  @Test func segmentsThenTheStream() async throws {
    try await ArchiveRig.with(partitions: 2) { rig in
      let archiver = try rig.archiver()
      var all = try await rig.add(50)
      try await archiver.pass(sealing: true)
      try await archiver.trimmer.pass()
      let sealed = all
      all += try await rig.add(30, from: Samples.start + 1000)
      try await archiver.pass()
      all += try await rig.add(10, from: Samples.start + 2000)
      #expect(ids(try await export(rig).lines) == all)
      #expect(ids(try await export(rig, sealedOnly: true).lines) == sealed)
      let other = try await rig.add(5, partition: rig.streams.keys.partitions[1])
      #expect(ids(try await export(rig).lines) == all + other)
    }
  }

  @Test func filters() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      func add(_ fragment: String, at milliseconds: UInt64) async throws {
        try await rig.add(fragment, id: "\(milliseconds)-0")
      }
      try await add(#""botId":1,"userId":1,"event":"/start""#, at: 1_795_341_600_000)
      try await add(#""botId":2,"userId":2,"event":"say \"a\\b\"""#, at: 1_795_341_601_000)
      try await archiver.pass(sealing: true)
      try await add(#""botId":1,"userId":3,"event":"регистрация""#, at: 1_795_341_602_000)
      try await add(#""type":"update","botId":1,"userId":4"#, at: 1_795_341_603_000)
      try await archiver.pass(sealing: true)
      try await add(#""time":"2026-11-20T00:00:00.000Z","botId":1,"userId":5,"event":"late""#, at: 1_795_341_604_000)

      func users<Value>(_ field: WritableKeyPath<ExportFilter, Value>, _ value: Value) async throws -> [String] {
        var filter = ExportFilter()
        filter[keyPath: field] = value
        return try await export(rig, filter, .csv).lines.dropFirst().map { String($0.split(separator: ",")[5]) }
      }
      #expect(try await users(\.bot, BotID(rawValue: 1)) == ["1", "3", "4", "5"])
      #expect(try await users(\.event, "регистрация") == ["3"])
      #expect(try await users(\.event, #"say "a\b""#) == ["2"])
      #expect(try await users(\.event, "") == [])
      #expect(try await users(\.from, 1_795_341_602_000) == ["3", "4"])
      #expect(try await users(\.to, 1_795_341_602_000) == ["1", "2", "5"])
      #expect(try await users(\.to, UTCTime.parse("2026-11-21")) == ["5"])
      var late = ExportFilter()
      late.to = UTCTime.parse("2026-11-21")
      #expect(try await export(rig, late).progress.skipped == 2)
    }
  }

  @Test func csvQuotesAndDefuses() {
    func cell(_ text: String) -> String {
      var output = ByteBuffer()
      CSVText.write(Array(text.utf8), isAlwaysQuoted: true, to: &output)
      return String(buffer: output)
    }
    #expect(cell("plain, with comma") == #""plain, with comma""#)
    #expect(cell(#"say "hi""#) == #""say ""hi""""#)
    #expect(cell("two\nlines") == "\"two\nlines\"")
    for start in ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝", "＋", "－", "＠"] {
      #expect(cell("\(start)1+1") == "\"'\(start)1+1\"")
    }
    for start in ["a=", "🚀", "/start", "é", "ï¼"] {
      #expect(cell(start) == "\"\(start)\"")
    }
  }

  @Test func csvRowsOfEveryKind() async throws {
    try await ArchiveRig.with { rig in
      let full = """
        "botId":9007199254740992,"userId":-5,"event":"=cmd|' /C calc'!A0","param_1":"a\\"b","param_2":"c,d",\
        "param_3":"e\\nf","userRegisterTime":1616161616
        """
      try await rig.add(full, id: "1795341600000-1")
      try await rig.add(#""type":"update","botId":1,"userId":4"#, id: "1795341600000-2")
      #expect(
        try await export(rig, .init(), .csv).lines == [
          "id,partition,time,type,botId,userId,event,param_1,param_2,param_3,userRegisterTime",
          "1795341600000-1,0,2026-11-22T10:00:00.000Z,event,9007199254740992,-5,\"'=cmd|' /C calc'!A0\","
            + "\"a\"\"b\",\"c,d\",\"e\nf\",1616161616",
          "1795341600000-2,0,2026-11-22T10:00:00.000Z,update,1,4,,,,,",
        ]
      )
    }
  }

  /// While events come, are archived, sealed and trimmed: every export holds all that were there when it began, once.
  @Test func completeWhileArchivingRuns() async throws {
    try await ArchiveRig.with { rig in
      var configuration = rig.configuration()
      configuration.maximumEvents = 60
      let archiver = try rig.archiver(configuration)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          for round in 0..<60 {
            try await rig.add(20, from: Samples.start + 100 * UInt64(round))
            try await archiver.pass(sealing: round % 4 == 0)
            try await archiver.trimmer.pass()
          }
        }
        group.addTask {
          for _ in 0..<40 {
            let before = try await rig.streams.lastGeneratedID(rig.partition) ?? .zero
            let got = ids(try await export(rig).lines)
            let expected = (0..<60).flatMap { Samples.ids(20, from: Samples.start + 100 * UInt64($0)) }
            #expect(got == Array(expected.prefix(got.count)))
            #expect(before <= got.last ?? .zero)
          }
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func damageIsAnErrorWithItsPlace() async throws {
    try await ArchiveRig.with { rig in
      try await rig.add(20)
      try await rig.archiver().pass(sealing: true)
      let path = rig.layout.segment(1, rig.partition)
      let handle = try FileHandle(forUpdating: URL(filePath: path))
      try handle.seek(toOffset: 50)
      try handle.write(contentsOf: Data([0x55, 0xAA]))
      try handle.close()
      await #expect(throws: SegmentDamage.self) { try await export(rig) }
    }
  }

  @Test func statusCountsFilesAndLag() async throws {
    try await ArchiveRig.with { rig in
      let archiver = try rig.archiver()
      try await rig.add(50)
      try await archiver.pass(sealing: true)
      try await rig.add(30, from: Samples.start + 1000)
      try await archiver.pass()
      let reader = ArchiveStatusReader(layout: rig.layout, streams: rig.streams)
      var status = try await reader.read(rig.partition, now: Int64(Samples.start) + 9000)
      #expect(status.segments == 1)
      #expect(status.events == 50)
      #expect(status.openEvents == 30)
      #expect(status.newest == Int64(Samples.start) + 1029)
      #expect(status.lagEvents == 0)
      #expect(status.lagSeconds == 0)
      try await rig.add(7, from: Samples.start + 2000)
      status = try await reader.read(rig.partition, now: Int64(Samples.start) + 9000)
      #expect(status.lagEvents == 7)
      #expect(status.lagSeconds == 7)
    }
  }
}
