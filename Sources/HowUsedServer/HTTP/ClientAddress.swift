import NIOCore

/// Where a request comes from.
enum ClientAddress {
  /// The peer's address; nil for this machine, where all of a proxy's clients seem to be.
  static func remote(_ channel: any Channel) -> String? {
    guard let address = channel.remoteAddress?.ipAddress, !isLoopback(address) else { return nil }
    return address
  }

  private static func isLoopback(_ address: String) -> Bool {
    ["127.", "::1", "::ffff:127."].contains { address.hasPrefix($0) }
  }
}
