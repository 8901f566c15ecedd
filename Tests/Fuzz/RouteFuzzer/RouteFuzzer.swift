/// Reads one input, by its first byte:
///
/// - `?`: the rest is what stands behind an address's `?`;
/// - `,`: the rest is a header's value;
/// - any other: the rest is what one connection receives, in as many pieces as the byte's last three bits say, and one
///   more; with its bit 6 set (`p` to `w`), the client then sends nothing more. `0` is thus a connection in one piece.
///
/// What must never happen ends the process, which is how libFuzzer learns of it.
enum RouteFuzzer {
  static func run(_ input: UnsafeRawBufferPointer) {
    guard let first = input.first else { return }
    let rest = Array(input.dropFirst())
    switch first {
    case UInt8(ascii: "?"): ValueCheck.query(String(decoding: rest, as: UTF8.self))
    case UInt8(ascii: ","): ValueCheck.header(String(decoding: rest, as: UTF8.self))
    default: FuzzedConnection.run(pieces(of: rest, cuts: Int(first % 8)), finishes: first & 0x40 != 0)
    }
  }

  /// Where the cuts lie depends on nothing but the bytes, so that what was found is found again.
  private static func pieces(of bytes: [UInt8], cuts: Int) -> [ArraySlice<UInt8>] {
    var places = [0, bytes.count]
    var random = UInt64(bytes.count)
    for _ in 0..<cuts {
      for byte in bytes.prefix(64) { random = (random ^ UInt64(byte)) &* 0x100_0000_01b3 }
      places.append(Int(random >> 20 % UInt64(bytes.count + 1)))
    }
    places.sort()
    return zip(places, places.dropFirst()).map { bytes[$0..<$1] }
  }
}

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
  RouteFuzzer.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
