import ArgumentParser
import Foundation
import HowUsedStore
import Redis

struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Watch what goes on: events, who is online, lags, memory, the busiest bots.",
    discussion: "Refreshed each second; q quits. Where the output is no terminal, a line each second."
  )

  @Option(help: "Stop after so many rounds.")
  var rounds: Int?

  @OptionGroup var store: StoreOptions

  func run() async throws {
    try await store.withStore { store in
      let clock = try await store.clock()
      let screen = TerminalScreen()
      do {
        try await watch(store, clock, screen)
        screen?.restore()
      } catch {
        screen?.restore()
        throw error
      }
    }
  }

  private func watch(_ store: Store, _ clock: RedisClock, _ screen: TerminalScreen?) async throws {
    var reader = TopSnapshotReader(store: store, clock: clock)
    var bots = try await BotAdministration(store).list()
    var last: TopSnapshot?
    var round = 0
    while rounds.map({ round < $0 }) ?? true {
      let next = ContinuousClock.now + .seconds(1)
      do {
        if round % 5 == 4 { bots = try await BotAdministration(store).list() }
        let snapshot = try await reader.read(bots)
        let rate = last.map { last in
          Double(max(0, snapshot.added - last.added)) * 1000 / Double(max(1, snapshot.time - last.time))
        }
        show(TopText(snapshot: snapshot, eventsPerSecond: rate), on: screen)
        last = snapshot
      } catch let error as RedisClientError {
        // Redis may come back.
        if let screen {
          screen.draw(["Redis can't be reached: \(error)", "", "q quits"])
        } else {
          print("error=\(error)")
        }
      }
      round += 1
      while ContinuousClock.now < next {
        if let screen, screen.isQuit(within: 0) { return }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
  }

  private func show(_ text: TopText, on screen: TerminalScreen?) {
    guard let screen else {
      print(text.line)
      // A pipe would show it much later.
      fflush(nil)
      return
    }
    let size = screen.size
    screen.draw(text.screen(width: size.width, height: size.height))
  }
}
