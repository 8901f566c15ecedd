import CScripts
package import HowUsedModel
package import Redis

/// What an operator does with bots. Every instance follows within two seconds (``BotRegistry``).
package struct BotAdministration: Sendable {
  private let client: RedisClient
  private let keys: KeySchema

  package init(client: RedisClient, keys: KeySchema) {
    self.client = client
    self.keys = keys
  }

  /// Registers a bot.
  /// - Throws: ``StoreError/botExists(_:)``; ``StoreError/invalidSetting(_:)`` for a name that is too long or tokens
  ///   that are equal; what the client throws.
  package func add(_ id: BotID, name: String, tokens: BotTokens) async throws {
    try Self.check(name: name)
    try Self.check(tokens)
    // Whoever comes first fixes the number of partitions: the bot's keys depend on it.
    try await PartitionCount.agree(keys.partitionCount, in: client, keys)
    let record = BotRecord(
      id: id,
      name: name,
      created: WallClock.seconds,
      apiTokenHash: tokens.api.hash,
      viewTokenHash: tokens.view.hash
    )
    let replies = try await client.pipeline([
      ["MULTI"], ["HSETNX", bots(id), id.description, try record.json()],
      ["SET", keys.botsVersion(keys.partition(of: id)), Token.random().text], ["EXEC"],
    ])
    if let error = replies.lazy.compactMap(\.error).first { throw error }
    guard let results = replies.last?.array else { throw StoreError.unexpectedReply(command: "EXEC") }
    if let error = results.lazy.compactMap(\.error).first { throw error }
    guard results.first?.int == 1 else { throw StoreError.botExists(id) }
  }

  /// Every bot, by id.
  package func list() async throws -> [BotRecord] {
    let replies = try await client.pipeline(keys.partitions.map { ["HGETALL", keys.bots($0)] })
    var all: [BotRecord] = []
    for reply in replies {
      if let error = reply.error { throw error }
      all += BotRecord.records(in: reply.array ?? []).values
    }
    return all.sorted { $0.id < $1.id }
  }

  /// - Throws: ``StoreError/noSuchBot(_:)``
  package func show(_ id: BotID) async throws -> BotRecord {
    try await stored(id).record
  }

  /// Puts other tokens in place of the ones that are given; nil keeps the old one.
  package func rotate(_ id: BotID, api: Token?, view: Token?) async throws {
    try await modify(id) { record in
      if let api { record.apiTokenHash = api.hash }
      if let view { record.viewTokenHash = view.hash }
      guard record.apiTokenHash != record.viewTokenHash else { throw StoreError.invalidSetting(Self.equalTokens) }
    }
  }

  /// - Parameter eventsPerSecond: see ``BotRecord/eventsPerSecond``.
  package func limit(_ id: BotID, eventsPerSecond: Int?) async throws {
    try await modify(id) { $0.eventsPerSecond = eventsPerSecond }
  }

  package func rename(_ id: BotID, to name: String) async throws {
    try Self.check(name: name)
    try await modify(id) { $0.name = name }
  }

  /// Takes the bot out of the registry, waits until no instance writes for it any more, and removes all of its keys. What it
  /// did up to now doesn't count in statistics any more, also if it's registered again. Of a bot that isn't registered, what
  /// an interrupted removal left is removed.
  /// - Returns: how many keys were removed.
  /// - Throws: ``StoreError/noSuchBot(_:)`` when there was nothing of it.
  @discardableResult
  package func remove(_ id: BotID, settling: Duration = .seconds(3)) async throws -> Int {
    var command: RedisCommand = ["EVAL", String(cString: scriptRemoveBot), 2]
    command.append(contentsOf: [bots(id), keys.botsVersion(keys.partition(of: id))])
    command.append(contentsOf: [id.description, Token.random().text])
    let wasRegistered = try await client.send(command).int == 1
    var removed = 0
    if !wasRegistered {
      removed = try await removeKeys(of: id)
      guard removed > 0 else { throw StoreError.noSuchBot(id) }
    }
    try await markRemoved(id)
    try await Task.sleep(for: settling)
    removed += try await removeKeys(of: id)
    try await markRemoved(id)
    return removed
  }

  /// Lets all events of the bot that are in its stream by now, or were, not count in statistics any more.
  private func markRemoved(_ id: BotID) async throws {
    let partition = keys.partition(of: id)
    let reply: RedisValue
    do {
      reply = try await client.send("XINFO", "STREAM", keys.events(partition))
    } catch let error as RedisServerError where error.message.contains("no such key") {
      return  // Nobody ever sent an event.
    }
    guard let last = reply.fields["last-generated-id"]?.string else {
      throw StoreError.unexpectedReply(command: "XINFO STREAM")
    }
    try await client.sendEvenIfFull("HSET", keys.removals(partition), id.description, last)
  }

  /// Removes what is kept for a bot, whether it is registered or not.
  package func removeKeys(of id: BotID) async throws -> Int {
    let partition = keys.partition(of: id)
    let removed = try await client.send("UNLINK", keys.online(partition, id)).int ?? 0
    return Int(removed &+ (try await client.send("HDEL", keys.updatesNames(partition), id.description).int ?? 0))
  }

  private func bots(_ id: BotID) -> String { keys.bots(keys.partition(of: id)) }

  /// A bot's record, and the text that it was read from.
  private func stored(_ id: BotID) async throws -> (record: BotRecord, json: String) {
    let reply = try await client.send("HGET", bots(id), id.description)
    guard let json = reply.string, let record = BotRecord(id: id, json: json) else { throw StoreError.noSuchBot(id) }
    return (record, json)
  }

  /// Changes a record as it is in Redis then: nobody else's change is undone, and a bot that is removed meanwhile stays
  /// removed.
  private func modify(_ id: BotID, _ body: (inout BotRecord) throws -> Void) async throws {
    var isDone = false
    while !isDone {
      var (record, json) = try await stored(id)
      try body(&record)
      isDone = try await replace(json, by: record)
    }
  }

  /// Writes the record over the stored text and tells every instance, unless another text is stored, or none.
  /// - Returns: whether it did.
  func replace(_ json: String, by record: BotRecord) async throws -> Bool {
    var command: RedisCommand = ["EVAL", String(cString: scriptReplaceBot), 2]
    command.append(contentsOf: [bots(record.id), keys.botsVersion(keys.partition(of: record.id))])
    command.append(contentsOf: [record.id.description, json, try record.json(), Token.random().text])
    return try await client.send(command).int == 1
  }

  private static let equalTokens = "the API token and the view token must differ: the view token is given to others"

  private static func check(_ tokens: BotTokens) throws {
    guard tokens.api != tokens.view else { throw StoreError.invalidSetting(equalTokens) }
  }

  private static func check(name: String) throws {
    guard name.utf8.count <= BotRecord.nameLimit, !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
      throw StoreError.invalidSetting("a bot's name is at most \(BotRecord.nameLimit) bytes without control characters")
    }
  }
}
