import Foundation
import TestSupport
import Testing

/// A token is with who was given it, and nowhere else: whatever is done with it, right or wrong, nothing that the server writes,
/// answers or is started with has it.
@Suite struct TokenSecrecyTests {
  /// What is looked for: long enough to be found nowhere by chance.
  private static func make(_ name: String) -> String { "\(name)-\(UUID().uuidString.lowercased())" }

  private let api = make("api")
  private let view = make("view")
  private let newAPI = make("newapi")
  private let newView = make("newview")
  private let wrong = make("wrong")
  private let operating = make("operating")

  private var all: [String] { [api, view, newAPI, newView, wrong, operating] }

  /// Takes minutes, since wrong tokens are refused slowly: only with HOWUSED_LONG_TESTS.
  @Test(
    "No token is in a log, an answer, a command line, the archive or Redis's files",
    .enabled(if: ProcessInfo.processInfo.environment["HOWUSED_LONG_TESTS"] != nil)
  )
  func tokensStayWithTheirOwners() async throws {
    let secrets = try TemporaryFolder()
    for (name, text) in [
      ("tokens", "\(api)\n\(view)\n"), ("new", "\(newAPI)\n\(newView)\n"), ("operating", operating),
    ] { try Data(text.utf8).write(to: URL(filePath: "\(secrets.path)/\(name)")) }
    let data = try TemporaryFolder()
    let installation = TestInstallation(data.path)
    let program = HowUsedProgram.path
    var said = try await installation.shell(
      "\(program) bot add 1 --api-token-file - --view-token-file - 2>&1 < \(secrets.path)/tokens > \(secrets.path)/added && echo"
    )
    let server = try await installation.serve(
      ["--log-level", "trace", "--operator-token-file", "\(secrets.path)/operating"]
    )
    var answers = try await use(server.port, api, view)
    #expect(answers.contains(#"{"ok":true}"#))
    let firstLines = try Self.commandLines()
    #expect(firstLines.contains(data.path))
    said += try await installation.shell(
      "\(program) bot rotate 1 --api-token-file - --view-token-file - 2>&1 < \(secrets.path)/new > \(secrets.path)/rotated && echo"
    )
    said += try await installation.shell("\(program) bot list && \(program) bot show 1")
    let isRotated = try await eventually {
      try await TestInstallation.post(Self.event(newAPI), to: server).body == #"{"ok":true}"#
    }
    #expect(isRotated)
    answers += try await use(server.port, newAPI, newView)
    answers += try await use(server.port, api, view)
    let isArchived = try await eventually(within: .seconds(60)) { try await !installation.archived().isEmpty }
    #expect(isArchived)
    let commandLines = try firstLines + Self.commandLines()
    await server.stop()
    #expect(server.output.contains(" debug "), "the log says little: \(server.output.prefix(500))")

    let archive = try await installation.shell("find \(data.path)/archive -name '*.zst' -exec zstdcat {} +")
    #expect(archive.contains(#""botId":1"#))
    for token in all {
      let name = token.prefix { $0 != "-" }
      #expect(!answers.contains(token), "\(name) is in an answer")
      #expect(!said.contains(token), "\(name) is in what a command says")
      #expect(!commandLines.contains(token), "\(name) is on a command line")
      #expect(!archive.contains(token), "\(name) is in the archive")
      // The log is there, too.
      let files = try await installation.shell("grep -rlaF -e \(token) \(data.path) || true")
      #expect(files.isEmpty, "\(name) is in \(files)")
    }
    // What would be found is found.
    let found = try await installation.shell("grep -rlaF -e \(api) \(secrets.path)")
    #expect(!found.isEmpty)
  }

  private static func event(_ token: String, more: String = "") -> String {
    #"{"botId":1,"apiToken":"\#(token)","requestType":"event","event":"hello","userId":1\#(more)}"#
  }

  /// Uses the tokens in all ways that come to mind, and returns all answers.
  private func use(_ port: Int, _ api: String, _ view: String) async throws -> String {
    var text = ""
    for token in [api, view, wrong, operating] {
      for request in requests(token) {
        let connection = try await HTTPConnection.connect(port: port)
        let answer = try await connection.send([request])[0]
        text += "\(answer.status) \(answer.headers) \(answer.body)\n"
        await connection.close()
      }
    }
    return text
  }

  private func requests(_ token: String) -> [String] {
    let event = Self.event(token)
    let form = "botId=1&apiToken=\(token)&requestType=event&event=hello&userId=1"
    let multipart =
      ["botId": "1", "apiToken": token, "requestType": "event", "event": "hello", "userId": "1"]
      .map { "--b\r\nContent-Disposition: form-data; name=\"\($0.key)\"\r\n\r\n\($0.value)\r\n" }.joined() + "--b--\r\n"
    let batch =
      #"{"botId":1,"apiToken":"\#(token)","requestType":"events","events":[{"event":"a","userId":1},{"event":""}]}"#
    let online = #"{"botId":1,"apiToken":"\#(token)","requestType":"getOnline"}"#
    let bodies: [(String, String)] = [
      ("json", event), ("json", online), ("json", batch), ("x-www-form-urlencoded", form),
      // What is wrong with these is told.
      ("json", String(event.dropLast(3))), ("json", event + token), ("json", "\"\(token)\""), ("json", token),
      ("json", #"{"botId":"\#(token)","apiToken":1}"#), ("json", #"{"botId":1,"apiToken":["\#(token)"]}"#),
      ("json", Self.event(token, more: #","time":"x","param_1":7"#)),
      ("json", Self.event(token, more: #","userId":"x""#)),
      ("json", Self.event(token + token + token + token)), ("json", Self.event("\(token)\\u0000")),
      ("x-www-form-urlencoded", "\(form)&apiToken=\(token)"), ("x-www-form-urlencoded", "\(form)&event=%ZZ"),
    ]
    func post(_ line: String, _ type: String, _ body: String) -> String {
      "\(line) HTTP/1.1\r\nHost: a\r\nContent-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
    func head(_ line: String, _ fields: String...) -> String {
      ([line, "Host: a"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }
    let bearer = "Authorization: Bearer \(token)"
    return bodies.flatMap { type, body in
      [post("POST /api", "application/\(type)", body), post("POST /api?token=\(token)", "application/\(type)", body)]
    } + [
      post("POST /api", "multipart/form-data; boundary=b", multipart),
      post("POST /api", "multipart/form-data; boundary=b", String(multipart.dropLast(20))),
      post("POST /api", "text/\(token)", event),
    ]
      + ["stats", "summary", "online", "top", "retention", "events"].flatMap { path in
        [
          head("GET /\(path)?id=1&token=\(token) HTTP/1.1"), head("GET /\(path)?id=1 HTTP/1.1", bearer),
          head("GET /\(path)?id=\(token)&token=\(token) HTTP/1.1"),
          head("GET /\(path)?id=2&token=\(token)%ZZ HTTP/1.1"),
          head("GET /\(path)?id=1&token=\(token)&from=x&to=y&metric=z HTTP/1.1"),
          head("GET /\(path)?id=1&token=\(token)&token=\(token) HTTP/1.1"),
        ]
      } + [
        head("GET /health HTTP/1.1", bearer), head("GET /health HTTP/1.1", "X-Forwarded-For: 192.0.2.1", bearer),
        head("GET /nowhere/\(token)?token=\(token) HTTP/1.1", bearer),
        head("PUT /stats?token=\(token) HTTP/1.1", bearer),
        head("GET /stats?token=\(token) HTTP/9", bearer), head("GET /stats HTTP/1.1", "\(token) : x"),
        head("\(token) /stats HTTP/1.1"), head("POST /api HTTP/1.1", bearer, "Transfer-Encoding: \(token)"),
        head("GET /live?id=2&token=\(token) HTTP/1.1"),
      ]
  }

  /// Of all processes on the machine that can be seen.
  private static func commandLines() throws -> String {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.map { process in
      // It may have ended meanwhile.
      String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data(), as: UTF8.self)
    }.joined(separator: "\n")
  }
}

extension TestInstallation {
  fileprivate static func post(_ body: String, to server: ServerProcess) async throws -> HTTPConnection.Response {
    let connection = try await HTTPConnection.connect(port: server.port)
    let answer = try await connection.post("/api", body)
    await connection.close()
    return answer
  }
}
