import Foundation
import HTTPTypes
package import HowUsedStore
package import Hummingbird
import NIOCore

/// `GET /health`: 200 when events are taken and answered, 503 when not. Strangers learn no more than that, and a word for the
/// reason; the operator, who asks from this machine itself or with the operator's token, learns all.
package struct HealthRoute: Sendable {
  /// Why events aren't taken over the connections that there are, or nil; and by how many milliseconds the streams' ids are
  /// ahead of Redis's clock.
  package typealias IDs = @Sendable () -> (problem: String?, lead: Int64)
  package typealias Source = @Sendable () async -> ConsumerHealth?

  private let redis: RedisMonitor
  private let registry: BotRegistry
  private let gate: IngestGate
  private let ids: IDs
  private let archive: Source
  private let statistics: Source
  private let operatorToken: TokenHash?

  package init(
    redis: RedisMonitor,
    registry: BotRegistry,
    gate: IngestGate,
    ids: @escaping IDs = { (nil, 0) },
    archive: @escaping Source,
    statistics: @escaping Source,
    operatorToken: TokenHash? = nil
  ) {
    self.redis = redis
    self.registry = registry
    self.gate = gate
    self.ids = ids
    self.archive = archive
    self.statistics = statistics
    self.operatorToken = operatorToken
  }

  package func add(to router: some RouterMethods<ServerContext>) {
    router.get("/health") { request, context in
      let reasons = reasons()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      let body =
        isOperator(request, context.channel)
        ? try encoder.encode(await report(reasons.map(\.text)))
        : try encoder.encode(PublicHealth(status: Self.status(reasons), reason: reasons.first?.word))
      return Response(
        status: reasons.isEmpty ? .ok : .serviceUnavailable,
        headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: body))
      )
    }
  }

  private struct PublicHealth: Encodable {
    let status: String
    let reason: String?
  }

  /// From this machine, and not passed on by a proxy that says so; or with the token.
  private func isOperator(_ request: Request, _ channel: any Channel) -> Bool {
    if let operatorToken, let token = BearerToken.of(request), operatorToken.isEqual(to: TokenHash(of: token)) {
      return true
    }
    let isPassedOn = Self.proxyFields.contains { request.headers[$0] != nil }
    return !isPassedOn && ClientAddress.remote(channel) == nil
  }

  private static let proxyFields = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"].compactMap {
    HTTPField.Name($0)
  }

  private static func status(_ reasons: [some Any]) -> String { reasons.isEmpty ? "ready" : "not ready" }

  /// Why events aren't taken: a word that tells nothing more, and a text for the operator.
  private func reasons() -> [(word: String, text: String)] {
    let status = redis.status
    var reasons: [(word: String, text: String)] = []
    if status == nil { reasons.append(("redis_unavailable", "Redis can't be reached")) }
    if let refusal = status?.refusal { reasons.append(("redis_unavailable", refusal)) }
    if !registry.snapshot.isLoaded { reasons.append(("not_ready", "the bots have not been read yet")) }
    if gate.isClosed {
      reasons.append(("overloaded", "Redis's memory is at its high-water mark: events are refused"))
    }
    if let problem = ids().problem { reasons.append(("redis_unavailable", problem)) }
    return reasons
  }

  private func report(_ reasons: [String]) async -> HealthReport {
    let status = redis.status
    let ids = ids()
    return HealthReport(
      status: Self.status(reasons),
      reasons: reasons,
      version: HowUsedVersion.current,
      redis: .init(
        reachable: status != nil,
        durability: status?.durability.rawValue,
        writesPostponed: status?.writesPostponed,
        usedMemory: status?.usedMemory,
        memoryLimit: status?.memoryLimit
      ),
      streamLength: status?.streamLength,
      clock: ids.lead > 0 ? HealthReport.Clock(leadMilliseconds: ids.lead) : nil,
      archive: await archive(),
      statistics: await statistics()
    )
  }
}
