package import HowUsedModel
package import HowUsedStore
package import Logging
package import NIOCore
package import Redis
import ServiceLifecycle
import Synchronization

/// Tells all viewers of a bot and window the same, once a second, for a few ZCOUNTs a bot.
///
/// What a viewer is told waits in a queue of its own until it is written. One who doesn't read has a full queue before
/// long, and is dropped.
package final class LiveHub: Service, Sendable {
  /// The most viewers at once: in all, of one bot, and from one address.
  package static let viewerLimits = (all: 20_000, bot: 2000, address: 500)
  /// The most different windows of one bot: each is counted every second.
  package static let windowLimit = 16
  /// What everybody is told the online count of, in seconds.
  package static let windows = [60, 120, 300, 600]
  /// Messages that may wait for a viewer, one a second.
  static let queueLimit = 10

  private struct Viewer {
    let queue: AsyncStream<ByteBuffer>.Continuation
    let address: String?
    let isAllowed: @Sendable () -> Bool
    let drop: @Sendable () -> Void
  }

  private struct State {
    var viewers: [LiveWindow: [Int: Viewer]] = [:]
    var windows: [BotID: Int] = [:]
    var bots: [BotID: Int] = [:]
    var addresses: [String: Int] = [:]
    var count = 0
    var next = 0
    var isClosed = false

    func hasRoom(for window: LiveWindow, _ address: String?) -> Bool {
      guard !isClosed, count < viewerLimits.all, bots[window.bot, default: 0] < viewerLimits.bot else { return false }
      if let address, addresses[address, default: 0] >= viewerLimits.address { return false }
      return viewers[window] != nil || windows[window.bot, default: 0] < windowLimit
    }

    mutating func add(_ viewer: Viewer, _ window: LiveWindow) -> Int {
      next += 1
      count += 1
      bots[window.bot, default: 0] += 1
      if let address = viewer.address { addresses[address, default: 0] += 1 }
      if viewers[window] == nil { windows[window.bot, default: 0] += 1 }
      viewers[window, default: [:]][next] = viewer
      return next
    }

    mutating func remove(_ number: Int, _ window: LiveWindow) {
      guard let viewer = viewers[window]?.removeValue(forKey: number) else { return }
      count -= 1
      Self.decrease(&bots, window.bot)
      if let address = viewer.address { Self.decrease(&addresses, address) }
      guard viewers[window]?.isEmpty == true else { return }
      viewers[window] = nil
      Self.decrease(&windows, window.bot)
    }

    private static func decrease<Key: Hashable>(_ counts: inout [Key: Int], _ key: Key) {
      let count = counts[key, default: 1] - 1
      counts[key] = count > 0 ? count : nil
    }
  }

  private let counts: LiveCounts
  private let clock: RedisClock
  private let recentUses: any RecentUsesReading
  private let interval: Duration
  private let logger: Logger
  private let state = Mutex(State())

  package init(
    client: RedisClient,
    keys: KeySchema,
    clock: RedisClock,
    recentUses: any RecentUsesReading,
    interval: Duration = .seconds(1),
    logger: Logger
  ) {
    counts = LiveCounts(client: client, keys: keys)
    self.clock = clock
    self.recentUses = recentUses
    self.interval = interval
    self.logger = logger
  }

  package var viewerCount: Int { state.withLock { $0.count } }

  /// Messages for one more viewer, as server-sent events; nil when there are too many, or too many windows of the bot, or
  /// the hub has ended. The viewer is gone when it stops reading the stream.
  /// - Parameters:
  ///   - address: where the viewer is, to be counted; nil isn't.
  ///   - isAllowed: whether the viewer may go on, asked before each message. Must answer at once.
  ///   - drop: called at most once, when too much waits for the viewer: it must be cut off.
  package func join(
    _ window: LiveWindow,
    address: String? = nil,
    isAllowed: @escaping @Sendable () -> Bool = { true },
    drop: @escaping @Sendable () -> Void
  ) -> AsyncStream<ByteBuffer>? {
    let (stream, queue) = AsyncStream.makeStream(
      of: ByteBuffer.self,
      bufferingPolicy: .bufferingOldest(Self.queueLimit)
    )
    let viewer = Viewer(queue: queue, address: address, isAllowed: isAllowed, drop: drop)
    let number: Int? = state.withLock { $0.hasRoom(for: window, address) ? $0.add(viewer, window) : nil }
    guard let number else { return nil }
    queue.onTermination = { [weak self] _ in self?.leave(window, number) }
    queue.yield(ByteBuffer(string: "retry: 1000\n\n"))
    return stream
  }

  private func leave(_ window: LiveWindow, _ number: Int) {
    state.withLock { $0.remove(number, window) }
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        let next = ContinuousClock.now + interval
        await tick()
        try? await Task.sleep(until: next)
      }
    }
    close()
  }

  private func close() {
    let viewers = state.withLock { state in
      state.isClosed = true
      return state.viewers.values.flatMap(\.values)
    }
    for viewer in viewers { viewer.queue.finish() }
  }

  /// One round: everyone is told something, if only that the connection is alive.
  private func tick() async {
    let windows = Dictionary(grouping: state.withLock { $0.viewers.keys }, by: \.bot)
    guard !windows.isEmpty else { return }
    let now = clock.nowMilliseconds
    let recentUses = await recentUses.recentUses(of: Set(windows.keys))
    var waiting = windows
    do {
      try await counts.read(windows.mapValues { $0.map(\.seconds) }, now: now) { bot, online in
        for window in waiting.removeValue(forKey: bot) ?? [] {
          tell(window, Self.message(window, online, recentUses[bot], now))
        }
      }
    } catch {
      logger.debug("no live counts", metadata: ["error": "\(error)"])
    }
    for window in waiting.values.joined() { tell(window, ByteBuffer(string: ": waiting for Redis\n\n")) }
  }

  private static func message(_ window: LiveWindow, _ online: [Int: Int64], _ recent: RecentUses?, _ now: Int64)
    -> ByteBuffer
  {
    var message = ByteBuffer(string: #"data: {"time":\#(now),"online":\#(online[window.seconds] ?? 0),"windows":"#)
    message.writeJSON(online: windows.map { ($0, online[$0] ?? 0) })
    if let recent { message.writeString(#","uses":\#(recent.usesLastMinute),"asOf":\#(recent.asOf)"#) }
    message.writeString("}\n\n")
    return message
  }

  private func tell(_ window: LiveWindow, _ message: ByteBuffer) {
    let viewers = state.withLock { $0.viewers[window].map { Array($0) } ?? [] }
    for (_, viewer) in viewers {
      guard viewer.isAllowed() else {
        viewer.queue.finish()
        continue
      }
      guard case .dropped = viewer.queue.yield(message) else { continue }
      viewer.queue.finish()
      viewer.drop()
    }
  }
}

/// What viewers of a live count look at.
package struct LiveWindow: Hashable, Sendable {
  package let bot: BotID
  package let seconds: Int

  package init(bot: BotID, seconds: Int) {
    self.bot = bot
    self.seconds = seconds
  }
}

/// How a bot is used right now.
package struct RecentUses: Hashable, Sendable {
  /// Uses within the last minute.
  package var usesLastMinute: Int64
  /// Through when everything that arrived is counted: unix milliseconds.
  package var asOf: Int64

  package init(usesLastMinute: Int64, asOf: Int64) {
    self.usesLastMinute = usesLastMinute
    self.asOf = asOf
  }
}

/// What knows the ``RecentUses`` of bots.
package protocol RecentUsesReading: Sendable {
  /// Asked each second, so it must answer from memory, at once. A bot that it knows nothing of is left out.
  func recentUses(of bots: Set<BotID>) async -> [BotID: RecentUses]
}
