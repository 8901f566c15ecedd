import Foundation
import NIOCore
import TestSupport

/// Waits until everything works again, and says how long that took.
struct Recovery: Sendable {
  /// What `/health` says, as far as it matters here.
  struct Health: Decodable {
    struct Consumer: Decodable {
      let lagSeconds: Double?
      let problem: String?
      let partitions: Int?
    }
    let status: String
    let archive: Consumer?
    let statistics: Consumer?
  }

  let world: World

  /// Until each server has acknowledged an event; nil: not within `limit`.
  func events(within limit: Duration) async -> Duration? {
    let begin = ContinuousClock.now
    let areAll = await withTaskGroup(of: Bool.self) { group in
      for (index, server) in world.servers.enumerated() {
        group.addTask {
          let sender = Sender(ledger: world.ledger)
          defer { Task { await sender.close() } }
          let isSo = try? await eventually(within: limit) { () -> Bool in
            let bot = 1 + index
            return await sender.send(to: server, bot: bot, count: 1, timeout: .seconds(3)) == .acknowledged
          }
          return isSo == true
        }
      }
      return await group.reduce(true) { $0 && $1 }
    }
    return areAll ? begin.duration(to: .now) : nil
  }

  /// Until nothing waits long for the archive, nor for the statistics; nil: not within `limit`.
  func backlog(within limit: Duration) async -> Duration? {
    let begin = ContinuousClock.now
    let isDone = try? await eventually(within: limit, every: .milliseconds(100)) { () -> Bool in
      for server in world.servers {
        guard let health = await health(server), health.status == "ready", health.archive?.problem == nil,
          let archive = health.archive?.lagSeconds, let statistics = health.statistics?.lagSeconds,
          archive < 4, statistics < 4
        else { return false }
      }
      return true
    }
    return isDone == true ? begin.duration(to: .now) : nil
  }

  /// For a person who wants to know why not.
  func complaints() async -> String {
    var texts: [String] = []
    for server in world.servers {
      let text = await get(server, "/health")?.body ?? "no answer"
      texts.append("\(server.name): \(text)")
    }
    return texts.joined(separator: "; ")
  }

  func health(_ server: TorturedServer) async -> Health? {
    guard let body = await get(server, "/health")?.body else { return nil }
    return try? JSONDecoder().decode(Health.self, from: Data(body.utf8))
  }

  func get(_ server: TorturedServer, _ path: String) async -> HTTPConnection.Response? {
    guard let connection = try? await HTTPConnection.connect(port: server.port) else { return nil }
    let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
    let answers = try? await connection.send([request], timeout: .seconds(5))
    await connection.close()
    return answers?.first
  }
}
