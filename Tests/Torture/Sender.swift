import NIOCore
import Synchronization
import TestSupport

/// Sends events over connections that may end at any moment, and writes down what became of each.
struct Sender: Sendable {
  let ledger: Ledger
  /// By port. Whoever uses this sends one request after the other.
  private let connections = Connections()

  init(ledger: Ledger) { self.ledger = ledger }

  /// Nil: the server could not be reached, so nothing was sent.
  @discardableResult
  func send(to server: TorturedServer, bot: Int, count: Int, timeout: TimeAmount) async -> Ledger.Outcome? {
    guard let connection = await connections.open(server.port) else { return nil }
    let numbers = ledger.begin(bot: bot, count: count)
    let body = TortureEvent.body(bot: bot, numbers: numbers)
    let head = "POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    do {
      let request = head + "Content-Length: \(body.utf8.count)\r\n\r\n" + body
      let answers = try await connection.send([request], timeout: timeout)
      guard let answer = answers.first else { return .unknown }
      let (outcome, word) = Self.read(answer)
      ledger.settle(numbers, outcome, answer: word)
      if answer.headers["connection"] == "close" { await connections.drop(server.port) }
      return outcome
    } catch {
      await connections.drop(server.port)
      ledger.settle(numbers, .unknown, answer: "connection lost")
      return .unknown
    }
  }

  func close() async { await connections.dropAll() }

  private static func read(_ answer: HTTPConnection.Response) -> (Ledger.Outcome, String) {
    if answer.body.hasPrefix(#"{"ok":true"#) { return (.acknowledged, "ok") }
    let parts = answer.body.split(separator: #""error":""#)
    let word = parts.count > 1 ? parts[1].prefix { $0 != "\"" } : "status \(answer.status)"
    // 500 promises nothing.
    let isUnknown = word == "outcome_unknown" || answer.status == 500
    return (isUnknown ? .unknown : .refused, String(word))
  }

  private actor Connections {
    private var open: [Int: HTTPConnection] = [:]

    func open(_ port: Int) async -> HTTPConnection? {
      if let connection = open[port], connection.isOpen { return connection }
      open[port] = try? await HTTPConnection.connect(port: port)
      return open[port]
    }

    func drop(_ port: Int) async { await open.removeValue(forKey: port)?.close() }

    func dropAll() async {
      for port in Array(open.keys) { await drop(port) }
    }
  }
}
