import Foundation
import TestSupport
import Testing

/// A request with `Connection: close` is the connection's last one: answered as any other, said so, and closed behind.
@Suite struct ConnectionCloseTests {
  static let ok = #"{"ok":true}"#

  static func last(_ body: String, field: String = "Connection: close") -> String {
    HTTPFormTests.request(body, fields: [field])
  }

  @Test func everyAnswerSaysThatItIsTheLast() async throws {
    try await APIServer.with { server async throws in
      let batch = #"{"botId":1,"apiToken":"api-1","requestType":"events","events":[{"event":"hello","userId":1}]}"#
      let cases = [
        (HTTPFormTests.event(1), 200, Self.ok),
        (HTTPFormTests.getOnline, 200, #"{"ok":true,"onlineCount":1}"#),
        (batch, 200, #"{"ok":true,"accepted":1}"#),
        ("{", 400, nil),
        (#"{"botId":1,"apiToken":"wrong","requestType":"getOnline"}"#, 401, nil),
        ("", 400, nil),
      ]
      for (body, status, said) in cases {
        for field in ["Connection: close", "connection:CLOSE", "Connection: close, te"] {
          let connection = try await server.connect()
          let answer = try await connection.send([Self.last(body, field: field)])[0]
          #expect(answer.status == status, "\(body)")
          if let said { #expect(answer.body == said) }
          #expect(answer.headers["connection"] == "close")
          let isClosed = try await eventually { !connection.isOpen }
          #expect(isClosed, "\(body)")
        }
      }
      let isForgotten = try await eventually { try Self.open(server) == 0 }
      #expect(isForgotten)
    }
  }

  /// Answers keep their order, and what comes behind the last request is nobody's.
  @Test(arguments: ["", "POST /api HTTP/1.1\r\n", "nonsense\r\n\r\n", HTTPFormTests.request(HTTPFormTests.event(2000))])
  func requestsBeforeItAreAnswered(behind: String) async throws {
    try await APIServer.with { server async throws in
      let socket = try RawSocket(port: server.port)
      // More than the connection takes at a time.
      let events = (1...300).map { HTTPFormTests.request(HTTPFormTests.event($0)) }
      socket.send(Array((events.joined() + Self.last("{") + behind).utf8))
      let answers = try await Self.answers(socket)
      #expect(answers.count == 301)
      let areAnswered = answers.dropLast().allSatisfy {
        $0.hasPrefix("HTTP/1.1 200 OK\r\n") && !$0.contains("Connection:")
      }
      #expect(areAnswered)
      #expect(answers.last?.hasPrefix("HTTP/1.1 400 ") == true)
      #expect(answers.last?.contains("\r\nConnection: close\r\n") == true)
      #expect(try await server.online() == 300)
      let isForgotten = try await eventually { try Self.open(server) == 0 }
      #expect(isForgotten)
    }
  }

  /// The kernel takes what is sent to this client by pieces: none of it may be dropped when the connection closes.
  @Test(arguments: [1, 126, 127, 128, 129, 200, 255, 256, 300, 500])
  func aSlowReaderGetsEverything(before: Int) async throws {
    try await APIServer.with { server async throws in
      let socket = try RawSocket(port: server.port, receiveBuffer: 2048, segment: 536)
      let requests = Array(repeating: HTTPFormTests.request("{"), count: before) + [Self.last(HTTPFormTests.event(1))]
      socket.send(Array(requests.joined().utf8))
      let answers = try await Self.answers(socket)
      #expect(answers.count == before + 1)
      let areRefused = answers.dropLast().allSatisfy { $0.hasPrefix("HTTP/1.1 400 ") && !$0.contains("Connection:") }
      #expect(areRefused)
      #expect(answers.last?.hasPrefix("HTTP/1.1 200 OK\r\n") == true)
      #expect(answers.last?.contains("\r\nConnection: close\r\n") == true)
      let isForgotten = try await eventually { try Self.open(server) == 0 }
      #expect(isForgotten)
    }
  }

  @Test func aClientThatFinishesSendingIsAnswered() async throws {
    try await APIServer.with { server async throws in
      let socket = try RawSocket(port: server.port)
      socket.send(Array((HTTPFormTests.request(HTTPFormTests.event(1)) + Self.last(HTTPFormTests.event(2))).utf8))
      socket.finishSending()
      let answers = try await Self.answers(socket)
      let areAnswered = answers.allSatisfy { $0.hasSuffix(Self.ok) }
      #expect(answers.count == 2 && areAnswered)
      let isForgotten = try await eventually { try Self.open(server) == 0 }
      #expect(isForgotten)
    }
  }

  /// Those who leave without waiting for their answer leave nothing behind.
  @Test func aClientThatDoesNotWaitLeavesNoConnection() async throws {
    try await APIServer.with { server async throws in
      for user in 1...50 {
        let socket = try RawSocket(port: server.port)
        socket.send(Array(Self.last(HTTPFormTests.event(user)).utf8))
      }
      let isForgotten = try await eventually { try Self.open(server) == 0 }
      #expect(isForgotten)
      #expect(try await server.event(51) == "200 \(Self.ok)")
    }
  }

  /// What comes until the server closes, each answer by itself, read in small pieces.
  private static func answers(_ socket: RawSocket) async throws -> [String] {
    var received: [UInt8] = []
    let closed = try await eventually(within: .seconds(60), every: .milliseconds(1)) {
      switch socket.receive() {
      case .bytes(let bytes):
        received += bytes
        return false
      case .nothingYet: return false
      case .closed: return true
      }
    }
    #expect(closed)
    return String(decoding: received, as: UTF8.self).components(separatedBy: "HTTP/1.1 ").dropFirst().map {
      "HTTP/1.1 " + $0
    }
  }

  /// The server's connections that the kernel still knows a process to hold.
  private static func open(_ server: APIServer) throws -> Int {
    let port = ":" + String(format: "%04X", server.port)
    return try String(contentsOfFile: "/proc/net/tcp", encoding: .utf8).split(separator: "\n").count { line in
      let fields = line.split(separator: " ")
      // Established, or closed by the client alone.
      return fields.count > 3 && fields[1].hasSuffix(port) && ["01", "08"].contains(fields[3])
    }
  }
}
