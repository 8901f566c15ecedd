/// Percent-decoding of parts of addresses (RFC 3986, 2.1).
package enum PercentEncoding {
  /// - Parameter plusIsBlank: as forms write blanks (WHATWG URL Standard, 5.1).
  /// - Returns: nil when a `%` isn't followed by two hexadecimal digits, or the outcome isn't UTF-8.
  package static func decode(_ text: some Collection<UInt8>, plusIsBlank: Bool = false) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var source = text.makeIterator()
    while let byte = source.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = source.next(), let low = source.next(), let byte = Hex.byte(high, low) else { return nil }
        bytes.append(byte)
      case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
