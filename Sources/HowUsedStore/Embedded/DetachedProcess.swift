import Glibc

/// A program that is started to outlive this process: in a session of its own (so that a terminal's Ctrl-C doesn't reach
/// it), without any of our open files but one.
struct DetachedProcess: Sendable {
  let id: pid_t

  /// The descriptor under which the child finds the file that it keeps open.
  private static let keptDescriptor: Int32 = 3
  /// POSIX_SPAWN_SETSID of <spawn.h> (glibc 2.26 and newer).
  private static let newSession: Int16 = 0x80

  /// - Parameters:
  ///   - keeping: an open file (a held lock) that the child shares until it ends.
  init(executable: String, arguments: [String], keeping descriptor: Int32) throws(StoreError) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, descriptor, Self.keptDescriptor)
    for other in Self.openDescriptors() where other > Self.keptDescriptor {
      posix_spawn_file_actions_addclose(&actions, other)
    }

    // The runtime may have blocked or ignored signals; the child starts with none of that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    let flags = Self.newSession | Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
    posix_spawnattr_setflags(&attributes, flags)

    var words: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, executable, &actions, &attributes, &words, environ)
    guard failure == 0 else {
      throw .redisServerFailed("\(executable): \(String(cString: strerror(failure)))")
    }
    id = child
  }

  /// What this process has open. (What it opens while it looks is opened close-on-exec, as everything should be.)
  private static func openDescriptors() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var descriptors: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let descriptor = Int32(name), descriptor != dirfd(folder) { descriptors.append(descriptor) }
    }
    return descriptors
  }

  /// Takes note of its end if it has ended, so that it doesn't stay in the process table.
  /// - Returns: whether it has ended (or isn't a child of this process).
  func hasEnded() -> Bool {
    var status: Int32 = 0
    return waitpid(id, &status, WNOHANG) != 0
  }

  /// The path of a program, as the shell would find it.
  static func find(_ name: String, path: String?) -> String? {
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
