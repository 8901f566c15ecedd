internal import ByteText

/// Where a Redis is and how to log in.
package struct RedisEndpoint: Sendable, Hashable {
  package enum Address: Sendable, Hashable {
    case tcp(host: String, port: Int)
    case unix(path: String)
  }

  package static let defaultPort = 6379

  package var address: Address
  /// Nil logs in as Redis's `default` user.
  package var username: String?
  /// Nil sends no AUTH.
  package var password: String?
  /// The logical database, from 0.
  package var database: Int

  package init(address: Address, username: String? = nil, password: String? = nil, database: Int = 0) {
    self.address = address
    self.username = username
    self.password = password
    self.database = database
  }

  /// Reads `redis://[[user]:password@]host[:port][/database]` or `unix://[[user]:password@]/path[?db=database]`. User,
  /// password and path may be percent-encoded. Throws `RedisEndpointError`.
  package init(url: String) throws(RedisEndpointError) {
    guard let schemeEnd = url.firstRange(of: "://") else {
      throw RedisEndpointError("it must start with redis:// or unix://")
    }
    let rest = url[schemeEnd.upperBound...]
    switch url[..<schemeEnd.lowerBound].lowercased() {
    case "redis": try self.init(tcp: rest)
    case "unix": try self.init(unix: rest)
    case "rediss": throw RedisEndpointError("rediss:// (TLS) isn't supported yet; use redis:// or unix://")
    default: throw RedisEndpointError("unknown scheme; it must start with redis:// or unix://")
    }
  }

  private init(tcp text: Substring) throws(RedisEndpointError) {
    guard !text.contains("?"), !text.contains("#") else {
      throw RedisEndpointError("? and # have no meaning after redis://; percent-encode them in a password")
    }
    let slash = text.firstIndex(of: "/") ?? text.endIndex
    let (credentials, location) = Self.split(credentials: text[..<slash])
    self.init(address: try Self.tcpAddress(location))
    try logIn(credentials)
    let path = text[slash...].dropFirst()
    if !path.isEmpty { database = try Self.database(path) }
  }

  private init(unix text: Substring) throws(RedisEndpointError) {
    let question = text.firstIndex(of: "?") ?? text.endIndex
    guard let slash = text[..<question].firstIndex(of: "/") else {
      throw RedisEndpointError("unix:// needs the absolute path of a socket, as in unix:///run/redis.sock")
    }
    let (credentials, host) = Self.split(credentials: text[..<slash])
    guard host.isEmpty else {
      throw RedisEndpointError(
        "unix:// takes no host; the path starts with a third slash, as in unix:///run/redis.sock"
      )
    }
    let path = try Self.decode(text[slash..<question], "path")
    guard path.utf8.count > 1 else { throw RedisEndpointError("unix:// needs the path of a socket") }
    self.init(address: .unix(path: path))
    try logIn(credentials)
    let query = text[question...].dropFirst()
    guard !query.isEmpty else { return }
    guard query.hasPrefix("db=") else { throw RedisEndpointError("unix:// knows no parameter but db") }
    database = try Self.database(query.dropFirst(3))
  }

  private mutating func logIn(_ credentials: Substring?) throws(RedisEndpointError) {
    guard let credentials else { return }
    guard let colon = credentials.firstIndex(of: ":") else {
      throw RedisEndpointError("before the @ there must be user:password or :password")
    }
    let user = try Self.decode(credentials[..<colon], "user")
    username = user.isEmpty ? nil : user
    password = try Self.decode(credentials[credentials.index(after: colon)...], "password")
  }

  private static func split(credentials text: Substring) -> (Substring?, Substring) {
    guard let at = text.lastIndex(of: "@") else { return (nil, text) }
    return (text[..<at], text[text.index(after: at)...])
  }

  private static func tcpAddress(_ text: Substring) throws(RedisEndpointError) -> Address {
    let host: Substring
    let tail: Substring
    if text.hasPrefix("[") {
      guard let bracket = text.firstIndex(of: "]") else { throw RedisEndpointError("the host has a [ without a ]") }
      host = text[..<bracket].dropFirst()
      tail = text[bracket...].dropFirst()
      guard tail.isEmpty || tail.hasPrefix(":") else { throw RedisEndpointError("after the ] there may only be :port") }
    } else {
      let colon = text.firstIndex(of: ":") ?? text.endIndex
      host = text[..<colon]
      tail = text[colon...]
    }
    guard !host.isEmpty else { throw RedisEndpointError("the host is missing") }
    guard !tail.isEmpty else { return .tcp(host: String(host), port: defaultPort) }
    guard let port = decimal(tail.dropFirst()), (1...65535).contains(port) else {
      throw RedisEndpointError("the port must be 1 to 65535")
    }
    return .tcp(host: String(host), port: port)
  }

  private static func database(_ text: Substring) throws(RedisEndpointError) -> Int {
    guard let number = decimal(text) else { throw RedisEndpointError("the database must be a number from 0") }
    return number
  }

  private static func decimal(_ text: Substring) -> Int? {
    DecimalText.unsigned(text.utf8).flatMap { Int(exactly: $0) }
  }

  private static func decode(_ text: Substring, _ part: String) throws(RedisEndpointError) -> String {
    guard let decoded = PercentEncoding.decode(text.utf8), !decoded.utf8.contains(0) else {
      throw RedisEndpointError("the \(part) has a % without two hex digits behind it, isn't UTF-8 or has a NUL")
    }
    return decoded
  }
}

extension RedisEndpoint: CustomStringConvertible {
  /// Fit for a log: without user and password.
  package var description: String {
    switch address {
    case .tcp(let host, let port):
      let host = host.contains(":") ? "[\(host)]" : host
      return "redis://\(host):\(port)\(database == 0 ? "" : "/\(database)")"
    case .unix(let path): return "unix://\(path)\(database == 0 ? "" : "?db=\(database)")"
    }
  }
}

/// Why a Redis URL was refused. Never holds the URL, since that may hold a password.
package struct RedisEndpointError: Error, Equatable, Sendable, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = "Redis URL: \(description)"
  }
}
