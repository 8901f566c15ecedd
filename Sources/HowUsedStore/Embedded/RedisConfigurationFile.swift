import Glibc

/// The private Redis's configuration, written anew before each start.
struct RedisConfigurationFile: Sendable {
  var folder: String
  var durability: Durability
  var memory: MemoryLimit
  /// A file of the operator's that is read last; nil when there's none.
  var include: String?

  var text: String {
    var lines = [
      "# Written by howused at every start: changes here are lost. Put yours into local.conf beside it.",
      "dir \(Self.quote(folder))",
      "# No network: only who may enter this folder reaches it. Relative to dir, so that a long path does no harm.",
      "port 0",
      "unixsocket redis.sock",
      "unixsocketperm 700",
      "daemonize no",
      "supervised no",
      "pidfile redis.pid",
      "logfile redis.log",
      "always-show-logo no",
      "# Every write goes to the append-only file; it is the only persistence.",
      "save \"\"",
      "appendonly yes",
      "appendfsync \(durability.appendfsync)",
      "aof-use-rdb-preamble yes",
      "auto-aof-rewrite-percentage 100",
      "auto-aof-rewrite-min-size 64mb",
      "# A tail cut off by a crash is dropped with a warning instead of refusing to start.",
      "aof-load-truncated yes",
      "# Nothing is ever thrown away for lack of memory: howused refuses events before this limit is reached.",
      "maxmemory \(memory.bytes)",
      "maxmemory-policy noeviction",
      "# Freeing big keys doesn't hold up anybody.",
      "lazyfree-lazy-user-del yes",
      "lazyfree-lazy-expire yes",
      "lazyfree-lazy-server-del yes",
      "timeout 0",
    ]
    if let include { lines.append("include \(Self.quote(include))") }
    return lines.joined(separator: "\n") + "\n"
  }

  /// As Redis's own parser of configuration lines takes it (sds.c, sdssplitargs).
  static func quote(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}

/// What the private Redis promises of an acknowledged event (`appendfsync`).
package enum Durability: String, Sendable, CaseIterable {
  /// Survives a crash of Redis; the system writes to disk when it likes, so a power cut may cost the last half minute.
  case none
  /// Synced each second: a power cut costs at most the last second or two.
  case everysec
  /// Synced before the answer: a power cut costs nothing.
  case always

  /// The value of Redis's `appendfsync`.
  var appendfsync: String { self == .none ? "no" : rawValue }
}

/// How much memory the private Redis may take, in bytes.
package struct MemoryLimit: Sendable, Equatable, CustomStringConvertible {
  package let bytes: Int64

  /// Less than this isn't enough to work with.
  package static let smallest: Int64 = 32 << 20

  package init(bytes: Int64) { self.bytes = max(bytes, Self.smallest) }

  /// Half of the memory that this process may use.
  package static var standard: MemoryLimit { MemoryLimit(bytes: available / 2) }

  /// Reads `512mb`, `4gb`, `4096` (bytes) or `60%` (of the memory that this process may use).
  /// - Returns: nil when it's none of these, or less than 32 MB.
  package init?(_ text: String) {
    let lower = text.lowercased()
    let digits = lower.prefix { ("0"..."9").contains($0) }
    guard let number = Int64(digits) else { return nil }
    let (bytes, isTooMuch): (Int64, Bool)
    switch lower.dropFirst(digits.count) {
    case "", "b": (bytes, isTooMuch) = (number, false)
    case "k", "kb": (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << 10)
    case "m", "mb": (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << 20)
    case "g", "gb": (bytes, isTooMuch) = number.multipliedReportingOverflow(by: 1 << 30)
    case "%" where (1...95).contains(number): (bytes, isTooMuch) = (Self.available / 100 * number, false)
    default: return nil
    }
    guard !isTooMuch, bytes >= Self.smallest else { return nil }
    self.bytes = bytes
  }

  package var description: String { "\(bytes >> 20)mb" }

  /// The machine's memory, or the control group's limit where that is less.
  static var available: Int64 {
    let machine = Int64(sysconf(Int32(_SC_PHYS_PAGES))) * Int64(sysconf(Int32(_SC_PAGESIZE)))
    guard let text = SmallFile.read("/sys/fs/cgroup/memory.max"), let limit = Int64(text.prefix { $0 != "\n" }) else {
      return machine
    }
    return min(machine, limit)
  }
}
