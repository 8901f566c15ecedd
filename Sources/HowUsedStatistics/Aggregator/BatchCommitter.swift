import HowUsedModel
import Redis

/// Carries a ``Batch`` into Redis together with the position behind it.
struct BatchCommitter {
  enum Outcome {
    /// With the bots that were in it.
    case done([Int64])
    /// The position isn't where the batch began: it is this. Nothing was changed.
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

  init(client: RedisClient, positionKey: String, generationsKey: String, prefix: String, firstGeneration: Int64 = 1) {
    self.client = client
    self.positionKey = positionKey
    self.generationsKey = generationsKey
    self.prefix = prefix
    self.firstGeneration = firstGeneration
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
      bots = batch.write(to: &command)
    }
    if reply.array != nil { return .done(bots) }
    return .moved(reply.string.flatMap { StreamID($0) } ?? .zero)
  }
}
