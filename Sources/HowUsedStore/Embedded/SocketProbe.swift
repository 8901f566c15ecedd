import Glibc

/// One short talk with a Redis at a Unix socket, for when nothing else is up yet or everything else is down already.
enum SocketProbe {
  enum Answer: Sendable, Equatable {
    /// Nobody listens.
    case absent
    /// Somebody listens who doesn't answer in time.
    case silent
    /// The first line of the answer, without the line's end.
    case line(String)
  }

  /// Sends one command without arguments and waits for the first line of the answer. Blocks for up to the limit.
  static func ask(_ command: String, at path: String, milliseconds: Int) -> Answer {
    let talk = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard talk >= 0 else { return .absent }
    defer { close(talk) }
    var limit = timeval(tv_sec: milliseconds / 1000, tv_usec: milliseconds % 1000 * 1000)
    setsockopt(talk, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(talk, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))

    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return .absent }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(talk, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    // EAGAIN: the queue of who waits to be let in is full, so there is somebody.
    guard connected == 0 else { return errno == EAGAIN ? .silent : .absent }

    let request = Array("\(command)\r\n".utf8)
    guard send(talk, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return .silent }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 512)
    while !answer.contains(UInt8(ascii: "\r")) {
      let got = recv(talk, &buffer, buffer.count, 0)
      guard got > 0, answer.count < 4096 else { return .silent }
      answer += buffer[..<got]
    }
    return .line(String(decoding: answer.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self))
  }
}
