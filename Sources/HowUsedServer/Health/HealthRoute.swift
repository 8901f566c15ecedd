import Foundation
import HTTPTypes
package import HowUsedStore
package import Hummingbird
import NIOCore

/// `GET /health`: 200 when events are taken and answered, 503 with the reasons when not.
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

  package init(
    redis: RedisMonitor,
    registry: BotRegistry,
    gate: IngestGate,
    ids: @escaping IDs = { (nil, 0) },
    archive: @escaping Source,
    statistics: @escaping Source
  ) {
    self.redis = redis
    self.registry = registry
    self.gate = gate
    self.ids = ids
    self.archive = archive
    self.statistics = statistics
  }

  package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
    router.get("/health") { _, _ in
      let report = await report()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return Response(
        status: report.reasons.isEmpty ? .ok : .serviceUnavailable,
        headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(report)))
      )
    }
  }

  private func report() async -> HealthReport {
    let status = redis.status
    var reasons: [String] = []
    if status == nil { reasons.append("Redis can't be reached") }
    if let refusal = status?.refusal { reasons.append(refusal) }
    if !registry.snapshot.isLoaded { reasons.append("the bots have not been read yet") }
    if gate.isClosed { reasons.append("Redis's memory is at its high-water mark: events are refused") }
    let ids = ids()
    if let problem = ids.problem { reasons.append(problem) }
    return HealthReport(
      status: reasons.isEmpty ? "ready" : "not ready",
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
