import Glibc

/// The files of the private Redis, in `redis/` of the data folder.
final class RedisFolder: Sendable {
  /// The absolute path, links resolved.
  let path: String
  /// The folder itself, open: it is how a socket with too long a path is reached.
  private let descriptor: Int32

  /// Makes what is missing.
  init(dataFolder: String) throws {
    try SmallFile.makeFolder(dataFolder, mode: 0o700)
    path = try SmallFile.absolutePath(dataFolder) + "/redis"
    // Two bytes that the configuration file couldn't quote.
    guard !path.utf8.contains(UInt8(ascii: "\n")), !path.utf8.contains(UInt8(ascii: "\r")) else {
      throw StoreError.folder(path: path, reason: "its name has a line break")
    }
    try SmallFile.makeFolder(path, mode: 0o700)
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StoreError.folder(path: path, reason: SmallFile.lastError) }
  }

  deinit { close(descriptor) }

  var configuration: String { path + "/redis.conf" }
  /// What the operator may add to the configuration; read last.
  var localConfiguration: String { path + "/local.conf" }
  var log: String { path + "/redis.log" }
  /// Held while somebody starts or stops the Redis.
  var transitionLock: String { path + "/transition.lock" }
  /// Held shared by every process that uses the Redis.
  var usersLock: String { path + "/users.lock" }
  /// Held by the Redis itself (``DetachedProcess``): taken = alive, in whatever state.
  var aliveLock: String { path + "/alive.lock" }

  /// How this process reaches the socket. A socket address holds 107 bytes (`sun_path`, unix(7)); a longer path is gone
  /// through the open folder, which needs no second place for the socket.
  var socket: String {
    let direct = path + "/redis.sock"
    return direct.utf8.count <= 107 ? direct : "/proc/self/fd/\(descriptor)/redis.sock"
  }
}
