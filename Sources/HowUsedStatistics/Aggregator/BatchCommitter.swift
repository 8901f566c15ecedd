import HowUsedModel
import Redis

/// Carries a ``Batch`` into Redis together with the position behind it.
struct BatchCommitter {
  enum Outcome {
    /// With the bots that were in it, and the rows that ``RowFolder`` is to fold.
    case done([Int64], crowded: [CrowdedRow])
    /// The position isn't where the batch began: it is this. Or it is, and a bot was removed meanwhile, so that what was
    /// left out of the batch because it was counted before isn't counted any more. Nothing was changed.
    case moved(StreamID)
  }

  let client: RedisClient
  /// String: the ID through which is counted.
  let positionKey: String
  /// Hash: bot → generation.
  let generationsKey: String
  let prefix: String
  /// The generation of a bot that has none yet.
  var firstGeneration: Int64 = 1
  private var scriptHash: String?
  /// Bots that were committed since nothing was left out of a batch.
  private var counted: Set<Int64> = []
  private var folder: RowFolder

  init(client: RedisClient, positionKey: String, generationsKey: String, prefix: String, firstGeneration: Int64 = 1) {
    self.client = client
    self.positionKey = positionKey
    self.generationsKey = generationsKey
    self.prefix = prefix
    self.firstGeneration = firstGeneration
    folder = RowFolder(client: client, positionKey: positionKey, prefix: prefix)
  }

  func position() async throws -> StreamID {
    try await client.send("GET", positionKey).string.flatMap { StreamID($0) } ?? .zero
  }

  /// - Throws: what the client throws; then nobody knows whether it was done, and ``position()`` will tell.
  mutating func commit(_ batch: Batch, from before: StreamID, to after: StreamID) async throws -> Outcome {
    var bots: [Int64] = []
    let reply = try await StatisticsScript(text: CommitScript.text).run(on: client, hash: &scriptHash) { command in
      command.append(contentsOf: [2, positionKey, generationsKey, prefix])
      command.append(before == .zero ? "" : before.description)
      command.append(contentsOf: [after.description, firstGeneration])
      let known = batch.bots.intersection(counted)
      command.append(known.count)
      for bot in known { command.append(bot) }
      bots = batch.write(to: &command)
    }
    if let crowded = reply.array {
      counted.formUnion(bots)
      return .done(bots, crowded: rows(crowded))
    }
    counted = []
    return .moved(reply.string.flatMap { StreamID($0) } ?? .zero)
  }

  private func rows(_ parts: [RedisValue]) -> [CrowdedRow] {
    stride(from: 0, to: parts.count - 2, by: 3).compactMap { index in
      guard let bot = parts[index].int, let generation = parts[index + 1].int, let name = parts[index + 2].string,
        let number = Int64(name.dropFirst()),
        let resolution = Resolution.allCases.first(where: { name.hasPrefix($0.letter) })
      else { return nil }
      return CrowdedRow(bot: bot, generation: generation, bucket: .init(resolution: resolution, number: number))
    }
  }

  /// Brings what waits beside the rows into their dimensions.
  mutating func fold(_ rows: [CrowdedRow]) async throws {
    for row in rows { while try await folder.fold(row) {} }
  }
}
