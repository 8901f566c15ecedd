import HowUsedModel
import Redis

/// Carries a ``Batch`` into Redis together with the position behind it.
struct BatchCommitter {
  enum Outcome {
    /// With the rows that ``RowFolder`` is to fold.
    case done(crowded: [CrowdedRow])
    /// The position isn't where the batch began: it is this. Or it is, and somebody else is at the same batch, or a bot
    /// was removed or rebuilt meanwhile, so that what was left out of the batch because it was counted before may not be
    /// counted any more. No use was counted.
    case moved(StreamID)
  }

  /// So many new users are made known at once, at least: Redis answers nobody else for about 0.1 ms then.
  private static let registrationsAtOnce = 32
  /// In so many parts at most: each is a round trip.
  private static let registrationParts = 8

  let client: RedisClient
  /// String: the ID through which is counted.
  let positionKey: String
  /// Hash: bot → generation.
  let generationsKey: String
  let prefix: String
  /// The generation of a bot that has none yet.
  let firstGeneration: Int64
  /// Of the bots that were seen since nothing was left out of a batch.
  private var generations: [Int64: Int64] = [:]
  private var registrationHash: String?
  private var commitHash: String?
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

  /// - Parameter onRegistered: called when the new users are known, and nothing else is done yet.
  /// - Throws: what the client throws; then nobody knows whether it was done, and ``position()`` will tell.
  mutating func commit(
    _ batch: Batch,
    from before: StreamID,
    to after: StreamID,
    onRegistered: () async throws -> Void = {}
  ) async throws -> Outcome {
    // One for each attempt: what was sent before a connection was lost must not take effect after what came later.
    let claim = String(UInt64.random(in: .min ... .max), radix: 36)
    if let found = try await register(batch, at: before, claim: claim) { return moved(found) }
    try await onRegistered()
    let head = head(before) + [after.description, batch.registrations.isEmpty ? "" : claim]
    let script = StatisticsScript(text: CommitScript.text)
    let reply = try await script.run(on: client, hash: &commitHash) { [generations] command in
      command.append(contentsOf: head)
      batch.write(generations, to: &command)
    }
    guard let crowded = reply.array else { return moved(reply) }
    return .done(crowded: rows(crowded))
  }

  /// Makes the batch's new users known, and generations of its new bots. Returns nil when it's done, otherwise the position.
  mutating func register(_ batch: Batch, at position: StreamID, claim: String) async throws -> RedisValue? {
    let size = max(Self.registrationsAtOnce, batch.registrations.count / Self.registrationParts + 1)
    var rest = batch.registrations[...]
    var others = batch.bots.subtracting(generations.keys)
    var isFirst = true
    let script = StatisticsScript(text: RegistrationScript.text)
    while !rest.isEmpty || !others.isEmpty {
      let head = head(position) + [claim, isFirst ? 1 : 0, firstGeneration]
      var bots: [Int64] = []
      let reply = try await script.run(on: client, hash: &registrationHash) { [generations] command in
        command.append(contentsOf: head)
        bots = batch.write(rest.prefix(size), generations, others: others, to: &command)
      }
      guard let found = reply.array else { return reply }
      for (bot, generation) in zip(bots, found) { generations[bot] = generation.int }
      rest = rest.dropFirst(size)
      others = []
      isFirst = false
    }
    return nil
  }

  /// What both scripts begin with: number of keys, keys, prefix, position.
  private func head(_ position: StreamID) -> [any RedisArgument] {
    let claimKey = StatisticsKeys.claim(on: positionKey)
    return [3, positionKey, generationsKey, claimKey, prefix, position == .zero ? "" : position.description]
  }

  private mutating func moved(_ reply: RedisValue) -> Outcome {
    generations = [:]
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
