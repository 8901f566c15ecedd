import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore

/// `GET /health`: 200 when events are taken and answered, 503 with the reasons when not.
package struct HealthRoute: Sendable {
  private let monitor: HealthMonitor

  package init(_ monitor: HealthMonitor) { self.monitor = monitor }

  package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
    router.get("/health") { _, _ in
      let report = await monitor.report()
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return Response(
        status: report.reasons.isEmpty ? .ok : .serviceUnavailable,
        headers: [.contentType: "application/json", .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: try encoder.encode(report)))
      )
    }
  }
}
