import Foundation
import HowUsedModel

/// What became of every event, at the end: the archive as the program itself writes it out, beside the ledger.
struct Verdict: Sendable {
  /// By events' numbers.
  private(set) var lost: [Int] = []
  private(set) var duplicated: [Int] = []
  /// Kept although its sender was promised that it isn't.
  private(set) var broken: [Int] = []
  /// Lines that no client can have sent.
  private(set) var strange = 0
  /// Lines in all, by bot.
  private(set) var lines: [Int: Int] = [:]

  private struct Line: Decodable {
    let botId: Int
    let userId: Int
    let event: String?
    let param1: String?
    let param2: String?

    enum CodingKeys: String, CodingKey {
      case botId, userId, event
      case param1 = "param_1"
      case param2 = "param_2"
    }
  }

  /// - Parameter path: of an export as NDJSON.
  init(exported path: String, _ entries: [Ledger.Entry]) throws {
    var seen = [UInt8](repeating: 0, count: entries.count)
    let decoder = JSONDecoder()
    let data = try Data(contentsOf: URL(filePath: path))
    for text in data.split(separator: UInt8(ascii: "\n")) {
      guard let line = try? decoder.decode(Line.self, from: text), line.event == TortureEvent.name,
        let number = TortureEvent.number(user: line.userId, first: line.param1, second: line.param2),
        entries.indices.contains(number), entries[number].bot == line.botId
      else {
        strange += 1
        continue
      }
      lines[line.botId, default: 0] += 1
      seen[number] = min(seen[number] + 1, 2)
    }
    for (number, entry) in entries.enumerated() {
      if seen[number] > 1 { duplicated.append(number) }
      switch entry.outcome {
      case .acknowledged: if seen[number] == 0 { lost.append(number) }
      case .refused: if seen[number] > 0 { broken.append(number) }
      case .unknown: break
      }
    }
  }
}
