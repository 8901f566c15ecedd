import Foundation
import HowUsedModel
import NIOCore
import Testing

@testable import HowUsedStatistics

/// How answers are written.
@Suite struct AnswerTextTests {
  /// 2026-11-22T10:00:00Z.
  private static let start: Int64 = 1_795_341_600
  private let timeline = Timeline(
    bounds: [Self.start, Self.start + 900, Self.start + 1800],
    step: 900,
    base: .quarter
  )

  private func text(_ write: (inout ByteBuffer) -> Void) -> String {
    var buffer = ByteBuffer()
    write(&buffer)
    return String(buffer: buffer)
  }

  /// What can be read as JSON, with what isn't of interest removed.
  private func object(_ text: String) throws -> NSDictionary {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary, "\(text)")
  }

  private func series(_ name: String, _ values: Int64..., total: Int64? = nil) -> ChartAnswer.Series {
    .init(name: JSONText.escaped(name), total: total ?? values.reduce(0, +), values: values)
  }

  @Test func chartsAreSeries() throws {
    var query = ChartQuery(metric: .uses, timeline: timeline)
    query.segment = .param(1)
    let answer = ChartAnswer(
      asOf: 1_795_341_600_123,
      series: [series("=1+\"1\",\n", 1, 2), series("", 0, 3), series("__other__", -1, .max)].map { series in
        var series = series
        series.total = 7
        return series
      }
    )
    #expect(
      text { answer.writeJSON(query, to: &$0) }
        == #"{"ok":true,"metric":"uses","from":1795341600,"to":1795343400,"step":900,"time":[1795341600,1795342500],"#
        + #""series":[{"name":"=1+\"1\",\n","total":7,"values":[1,2]},{"name":"","total":7,"values":[0,3]},"#
        + #"{"name":"__other__","total":7,"values":[-1,9223372036854775807]}],"asOf":1795341600123}"#
    )
    #expect(
      text { answer.writeCSV(query, to: &$0) }
        == "time,\"'=1+\"\"1\"\",\n\",,__other__\r\n2026-11-22T10:00:00.000Z,1,0,-1\r\n"
        + "2026-11-22T10:15:00.000Z,2,3,9223372036854775807\r\n"
    )
  }

  @Test func chartsTellWhatWasBefore() throws {
    var query = ChartQuery(metric: .users, timeline: timeline)
    query.timeline = Timeline(bounds: timeline.bounds, step: 900, base: .quarter, note: .daysInUTC)
    query.previous = Timeline(bounds: timeline.bounds.map { $0 - 1800 }, step: 900, base: .quarter)
    var answer = ChartAnswer(asOf: 5, series: [series("all", 3, 4, total: 6)])
    answer.previous = series("all", 1, 2, total: 2)
    answer.isApproximate = true
    let object = try object(text { answer.writeJSON(query, to: &$0) })
    #expect(
      object["previous"] as? NSDictionary
        == [
          "from": Self.start - 1800, "to": Self.start, "time": [Self.start - 1800, Self.start - 900], "values": [1, 2],
          "total": 2,
        ] as NSDictionary
    )
    #expect(object["approximate"] as? Bool == true && object["noteCode"] as? String == "utc_days")
    #expect(object["note"] as? String == TimelineNote.daysInUTC.text)
    #expect(
      text { answer.writeCSV(query, to: &$0) }
        == "time,all,previous\r\n2026-11-22T10:00:00.000Z,3,1\r\n2026-11-22T10:15:00.000Z,4,2\r\n"
    )
  }

  @Test func activeUsersStick() throws {
    let query = ChartQuery(metric: .active, timeline: timeline)
    let names = ChartAnswer.activeNames.map { String(decoding: $0, as: UTF8.self) }
    let answer = ChartAnswer(asOf: 5, series: [series(names[0], 1, 0), series(names[1], 2, 0), series(names[2], 3, 0)])
    #expect(text { answer.writeJSON(query, to: &$0) }.hasSuffix(#"],"stickiness":[0.3333,null],"asOf":5}"#))
    #expect(
      text { answer.writeCSV(query, to: &$0) }
        == "time,daily,weekly,monthly,stickiness\r\n2026-11-22T10:00:00.000Z,1,2,3,0.3333\r\n"
        + "2026-11-22T10:15:00.000Z,0,0,0,\r\n"
    )
  }

  @Test func listsHaveChanges() throws {
    let before = Timeline(bounds: [Self.start - 1800, Self.start], step: 1800, base: .quarter)
    let query = TopQuery(by: .param(3), timeline: timeline.whole, previous: before)
    let rows: [TopAnswer.Row] = [
      .init(name: JSONText.escaped("\"a\""), uses: 3, users: 2, new: 1, usesBefore: 2, usersBefore: 0),
      .init(name: [], uses: 1, users: 1, new: 0, usesBefore: 3, usersBefore: 100_000),
    ]
    let answer = TopAnswer(asOf: 5, total: 77, rows: rows)
    #expect(
      text { answer.writeJSON(query, to: &$0) }
        == #"{"ok":true,"by":"param_3","from":1795341600,"to":1795343400,"total":77,"rows":[{"name":"\"a\"","uses":3,"#
        + #""users":2,"new":1,"change":{"uses":0.5,"users":null}},{"name":"","uses":1,"users":1,"new":0,"#
        + #""change":{"uses":-0.6667,"users":-1.0}}],"asOf":5}"#
    )
    #expect(text { TopAnswer(asOf: 5, total: 0, rows: []).writeJSON(query, to: &$0) }.contains(#""rows":[],"asOf":5"#))
  }

  @Test func cohortsComeBack() throws {
    let query = RetentionQuery(unit: .day, units: timeline, cohortCount: 2)
    let answer = RetentionAnswer(asOf: 5, cohorts: [.init(size: 4, returned: [3, 2]), .init(size: 0, returned: [0])])
    #expect(
      text { answer.writeJSON(query, to: &$0) }
        == #"{"ok":true,"unit":"day","from":1795341600,"to":1795343400,"cohorts":[{"from":1795341600,"to":1795342500,"#
        + #""size":4,"returned":[3,2]},{"from":1795342500,"to":1795343400,"size":0,"returned":[0]}],"asOf":5}"#
    )
    #expect(
      text { answer.writeCSV(query, to: &$0) }
        == "from,to,size,0,1\r\n2026-11-22T10:00:00.000Z,2026-11-22T10:15:00.000Z,4,3,2\r\n"
        + "2026-11-22T10:15:00.000Z,2026-11-22T10:30:00.000Z,0,0,\r\n"
    )
  }

  @Test func eventsNameUsersOnlyToTheirOwner() throws {
    let user = try #require(UserID(rawValue: -12_345_042))
    let id = StreamID(milliseconds: 1_795_341_600_000, sequence: 3)
    let answer = RecentEvents(
      asOf: 5,
      events: [
        .init(id: id, time: 1_795_341_600_000, user: user, event: JSONText.escaped("\"a\""), params: [[], [0x78], []]),
        .init(id: id, time: 1_795_000_000_000, user: try #require(UserID(rawValue: 7)), event: nil),
      ]
    )
    #expect(
      text { answer.writeJSON(showsUsers: true, to: &$0) }
        == #"{"ok":true,"events":[{"id":"1795341600000-3","time":1795341600000,"event":"\"a\"","userId":-12345042,"#
        + #""param_2":"x"},{"id":"1795341600000-3","time":1795000000000,"event":null,"userId":7}],"asOf":5}"#
    )
    let hidden = text { answer.writeJSON(showsUsers: false, to: &$0) }
    #expect(hidden.contains(#""event":"\"a\"","user":"…042","param_2":"x"}"#))
    #expect(hidden.contains(#""event":null,"user":"…007"}"#) && !hidden.contains("userId"))
  }

  @Test func summariesCompareWithTheDayBefore() throws {
    func figures(_ from: Int64, _ uses: Int64) -> Summary.Figures {
      var figures = Summary.Figures(time: from..<from + 60)
      (figures.uses, figures.users, figures.new, figures.peakOnline) = (uses, uses, 1, 0)
      return figures
    }
    var summary = Summary(
      asOf: 5,
      today: .init(figures: figures(180, 6), before: figures(120, 4)),
      yesterday: .init(figures: figures(120, 5), before: figures(60, 0))
    )
    summary.online = [.init(seconds: 60, count: 1), .init(seconds: 120, count: 2)]
    summary.topEvents = [.init(name: JSONText.escaped("\"a\""), uses: 3, users: 2)]
    summary.topParams[1] = summary.topEvents
    let days = Timeline(bounds: [0, 900, 1800, 2700], step: 900, base: .quarter)
    let query = SummaryQuery(days: days, byNow: 960, zone: "Asia/Kolkata")
    let bot = try #require(BotID(rawValue: 7))
    let object = try object(text { summary.writeJSON(query, bot: bot, name: "A \"bot\"", to: &$0) })
    #expect(object["bot"] as? NSDictionary == ["id": 7, "name": "A \"bot\""] as NSDictionary)
    #expect(object["tz"] as? String == "Asia/Kolkata" && object["asOf"] as? Int == 5)
    #expect(object["online"] as? [String: Int] == ["60": 1, "120": 2])
    let today = try #require(object["today"] as? [String: Any])
    #expect(today["uses"] as? Int == 6)
    #expect(
      today["change"] as? NSDictionary == ["uses": 0.5, "users": 0.5, "new": 0.0, "peakOnline": NSNull()]
        as NSDictionary
    )
    #expect((today["comparedWith"] as? [String: Int])?["from"] == 120)
    let rows: [[String: Any]] = [["name": "\"a\"", "uses": 3, "users": 2]]
    #expect(object["topEvents"] as? NSArray == rows as NSArray)
    #expect((object["topParams"] as? [String: NSArray])?["param_2"] == rows as NSArray)
  }
}
