import Glibc

/// How many files this process may have open at once. Each connection is one.
package enum OpenFileLimit {
  /// More than anybody needs; some systems set millions.
  private static let highest: rlim_t = 1 << 17

  /// Raises the soft limit, which many systems keep at 1024 for programs that use select(2), as far as may be.
  /// - Returns: the limit from now on.
  package static func raise() -> Int {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return 1024 }
    let wanted = min(limit.rlim_max, highest)
    if limit.rlim_cur < wanted {
      var raised = limit
      raised.rlim_cur = wanted
      if setrlimit(resource, &raised) == 0 { return Int(wanted) }
    }
    return Int(min(limit.rlim_cur, highest))
  }

  /// How many connections leave enough of the limit for what is open already, and for all else that will be: the
  /// archive's files, Redis, the system's. When there are none left, the runtime's own thread pool ends the process.
  static func connections(within limit: Int) -> Int {
    max(1, limit - openNow - min(1024, limit / 4))
  }

  /// Files that are open, inherited ones included. The system gives out low numbers first.
  package static var openNow: Int { (0..<4096).count { fcntl($0, F_GETFD) != -1 } }

  private static let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
