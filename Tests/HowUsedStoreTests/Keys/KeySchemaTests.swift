import HowUsedModel
import Testing

@testable import HowUsedStore

struct KeySchemaTests {
  private func bot(_ number: Int64) throws -> BotID { try #require(BotID(rawValue: number)) }

  @Test("A bot's partition never changes: these are stored data")
  func partitionsAreStable() throws {
    let expected: [Int64: UInt16] = [1: 1, 2: 14, 1_234_567: 5, 6_438: 2, 987_654_321: 12, 1 << 53: 15]
    let keys = KeySchema(partitions: 16)
    var found: [Int64: UInt16] = [:]
    for number in expected.keys { found[number] = keys.partition(of: try bot(number)).rawValue }
    #expect(found == expected)
  }

  @Test("A prefix has nothing that means something in a pattern or a hash tag")
  func prefixes() {
    for prefix in ["hu:", "a", "Bot-1_x.y:", String(repeating: "p", count: 32)] {
      #expect(KeySchema.isValid(prefix: prefix), "\(prefix)")
    }
    for prefix in ["", "{a}", "a*", "a?", "[a]", "a b", "ä", "a\\", String(repeating: "p", count: 33)] {
      #expect(!KeySchema.isValid(prefix: prefix), "\(prefix)")
    }
    #expect(KeySchema(prefix: "two:").meta == "two:meta")
    #expect(KeySchema(prefix: "two:").statistics(Partition(rawValue: 3)) == "two:{p03}:stats:")
  }

  @Test("Key names never change")
  func names() throws {
    let keys = KeySchema(partitions: 16)
    let id = try bot(1_234_567)
    let partition = keys.partition(of: id)
    #expect(keys.meta == "hu:meta")
    #expect(keys.events(partition) == "hu:{p05}:events")
    #expect(keys.online(id) == "hu:{p05}:online:1234567")
    #expect(keys.bots(partition) == "hu:{p05}:bots")
    #expect(keys.botsVersion(partition) == "hu:{p05}:bots:version")
    #expect(keys.archivePosition(partition) == "hu:{p05}:archive:position")
    #expect(keys.archiveCursor(partition) == "hu:{p05}:archive:cursor")
    #expect(keys.archiveLease(partition) == "hu:{p05}:archive:lease")
    #expect(keys.updatesNames(partition) == "hu:{p05}:stats:updates")
    #expect(keys.removals(partition) == "hu:{p05}:stats:removed")
  }

  @Test("Neighbouring ids spread over all partitions evenly", arguments: [1, 3, 16, 256])
  func spread(count: Int) throws {
    let keys = KeySchema(partitions: count)
    var bots = [Int](repeating: 0, count: count)
    let total = 20_000
    for number in 1...total { bots[Int(keys.partition(of: try bot(Int64(number))).rawValue)] += 1 }
    let mean = Double(total) / Double(count)
    for number in bots { #expect(abs(Double(number) - mean) < mean * 0.5 + 1) }
  }

  @Test("A count out of range is brought into it", arguments: [(0, 1), (-5, 1), (256, 256), (1000, 256)])
  func limits(asked: Int, taken: Int) {
    let keys = KeySchema(partitions: asked)
    #expect(keys.partitionCount == taken)
    #expect(keys.partitions.map(\.rawValue) == (0..<UInt16(taken)).map { $0 })
  }
}
