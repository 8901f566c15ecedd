import Foundation
import Synchronization

/// Between servers and Redis: passes bytes on, or does to them what a bad network or a broken Redis would.
final class WireProxy: Sendable {
  enum Mode: Sendable, Equatable {
    case pass
    /// New connections are closed at once.
    case refuse
    /// Nothing goes either way.
    case stall
    /// Each piece of a reply comes that much later.
    case slow(milliseconds: UInt32)
    /// No reply is RESP any more.
    case garbage
    /// A reply ends in the middle, and with it the connection.
    case half
  }

  private struct State {
    var mode = Mode.pass
    var links: [Int: (Int32, Int32)] = [:]
    var next = 0
  }

  private let state = Mutex(State())
  private let target: String

  init(listenAt path: String, target: String) throws {
    self.target = target
    unlink(path)
    let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let code = Self.withAddress(path) { bind(listener, $0, $1) }
    guard listener >= 0, code == 0, listen(listener, 128) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread.detachNewThread { [weak self] in
      while true {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        guard let self else { return }
        self.take(client)
      }
    }
  }

  func set(_ mode: Mode) { state.withLock { $0.mode = mode } }

  /// Ends all connections that there are.
  func cut() {
    state.withLock { state in
      for link in state.links.values {
        shutdown(link.0, Int32(SHUT_RDWR))
        shutdown(link.1, Int32(SHUT_RDWR))
      }
    }
  }

  private var mode: Mode { state.withLock { $0.mode } }

  private func take(_ client: Int32) {
    let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard mode != .refuse, server >= 0, Self.withAddress(target, { connect(server, $0, $1) }) == 0 else {
      close(client)
      if server >= 0 { close(server) }
      return
    }
    let number = state.withLock { state in
      state.next += 1
      state.links[state.next] = (client, server)
      return state.next
    }
    let pumps = [(client, server, false), (server, client, true)]
    let unfinished = Unfinished()
    for (from, to, isReply) in pumps {
      Thread.detachNewThread { [self] in
        pump(from, to, isReply: isReply)
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
        let isLast = unfinished.count.withLock { left in
          left -= 1
          return left == 0
        }
        // Only now may the kernel give these numbers to somebody else.
        guard isLast else { return }
        state.withLock { _ = $0.links.removeValue(forKey: number) }
        close(client)
        close(server)
      }
    }
  }

  private func pump(_ from: Int32, _ to: Int32, isReply: Bool) {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(from, &buffer, buffer.count)
      guard count > 0 else { return }
      while mode == .stall { usleep(5000) }
      switch (mode, isReply) {
      case (.slow(let milliseconds), true):
        usleep(milliseconds * 1000)
        guard write(buffer[..<count], to) else { return }
      case (.garbage, true):
        guard write(Array("\u{1}%n garbage \u{0}\r\n$-7\r\n".utf8)[...], to) else { return }
      case (.half, true):
        _ = write(buffer[..<(count / 2)], to)
        return
      default:
        guard write(buffer[..<count], to) else { return }
      }
    }
  }

  private func write(_ bytes: ArraySlice<UInt8>, _ to: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(to, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  private static func withAddress(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let size = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < size else { return -1 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  /// How many of a link's two directions still go.
  private final class Unfinished: Sendable {
    let count = Mutex(2)
  }
}
