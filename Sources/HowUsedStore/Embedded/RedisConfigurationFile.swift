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
