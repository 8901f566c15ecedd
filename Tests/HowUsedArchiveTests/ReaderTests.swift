import Foundation
@testable import HowUsedArchive
import HowUsedModel
import HowUsedStore
import Redis
import TestSupport
import Testing

/// Other people's programs read the archive as it stands: while it is written to, without any of ours.
@Suite struct ReaderTests {
  /// Segments of several days and partitions with everything that a line can hold, and an open part beside them.
  private func withArchive(_ body: (String, Int) throws -> Void) async throws {
    try await ArchiveRig.with(partitions: 3) { rig in
      let archiver = try rig.archiver()
      var count = 0
      for (number, partition) in rig.streams.keys.partitions.enumerated() {
        let start = Samples.start + UInt64(number) * 86_400_000
        count += try await rig.add(100, from: start, partition: partition).count
        let fragments = [
          #""botId":1,"userId":-2,"event":"🚀старт","param_1":"a\"b","param_3":"c\nd","userRegisterTime":1616161616"#,
          #""type":"update","botId":9007199254740992,"userId":5"#,
          #""time":"2026-11-21T23:59:59.999Z","botId":1,"userId":6,"event":"late""#,
        ]
        for (index, fragment) in fragments.enumerated() {
          let id = "\(start + 1000 + UInt64(index))-0"
          try await rig.add(fragment, id: id, partition: partition)
          count += 1
        }
      }
      try await archiver.pass(sealing: true)
      // Not sealed, so no reader may see it.
      try await rig.add(10, from: Samples.start + 10 * 86_400_000)
      try await archiver.pass()
      #expect(try rig.log.parts().count == 1)
      try body(rig.layout.root, count)
    }
  }

  @Test func zstdcatAndJq() async throws {
    try await withArchive { root, count in
      let lines = try run(["/bin/sh", "-c", "zstdcat \(root)/date=*/*.zst | jq -c '[.userId, .event]'"]).split(
        separator: "\n"
      )
      #expect(lines.count == count)
      let starts = lines.filter { $0 == #"[-2,"🚀старт"]"# }.count
      #expect(starts == 3)
      let day = try run(["/bin/sh", "-c", "zstdcat \(root)/date=2026-11-23/*.zst | jq -r .id | wc -l"])
      #expect(day.trimmingCharacters(in: .whitespacesAndNewlines) == "103")
    }
  }

  @Test(
    .enabled(if: TestRun.python != nil || TestRun.isCI, "scripts/test makes the Python that it needs"),
    arguments: ["duckdb", "pandas", "polars"]
  )
  func pythonReader(name: String) async throws {
    let python = try #require(TestRun.python, "no Python with the tests' packages: run scripts/test")
    let script = try #require(Self.scripts[name])
    try await withArchive { root, count in
      let output = try run([python, "-c", script, root])
      let bots: Int = 100 * 1_234_567 + 9_007_199_254_740_992 + 2
      #expect(output == "\(count) \(3 * bots) 3 3 3\n")
    }
  }

  /// Each prints the number of lines, the sum of botId, and how many have the odd event, an update, a backfilled time.
  private static let scripts = [
    "duckdb": """
    import duckdb, sys
    events = f"read_json_auto('{sys.argv[1]}/date=*/*.zst', hive_partitioning=true)"
    row = duckdb.sql(f'''select count(*), sum("botId"), count(*) filter (event = '🚀старт' and param_1 = 'a"b'),
      count(*) filter (type = 'update'), count(*) filter (time < date) from {events}''').fetchall()[0]
    assert duckdb.sql(f"select count(*) from {events} where date = '2026-11-23'").fetchall()[0][0] == 103
    print(*map(int, row))
    """,
    "pandas": """
    import glob, pandas, sys
    files = glob.glob(sys.argv[1] + '/date=*/*.zst')
    all = pandas.concat(pandas.read_json(f, lines=True, compression='zstd', dtype={'botId': 'int64'}) for f in files)
    print(len(all), sum(int(x) for x in all.botId), sum((all.event == '🚀старт') & (all.param_1 == 'a"b')),
      sum(all.type == 'update'), sum(all.time.astype(str).str.startswith('2026-11-21')))
    """,
    "polars": """
    import polars, sys
    all = polars.scan_ndjson(sys.argv[1] + '/date=*/*.zst', infer_schema_length=None).collect()
    c = polars.col
    print(len(all), all['botId'].sum(), len(all.filter((c.event == '🚀старт') & (c.param_1 == 'a"b'))),
      len(all.filter(c.type == 'update')), len(all.filter(c.time.cast(polars.String).str.starts_with('2026-11-21'))))
    """,
  ]

  private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw TestFailure("\(command[0]) ended with \(process.terminationStatus)")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
