import Testing

@testable import HowUsedModel

@Suite struct TextScratchTests {
  /// What would need more room than the body is long, which no decoding does.
  @Test func moreThanWasMadeRoomForIsKept() {
    var scratch = TextScratch()
    scratch.begin(bodyCount: 2000)
    scratch.reserve()
    let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0) }
    for byte in bytes { scratch.append(byte) }
    bytes.withUnsafeBytes { scratch.append($0) }
    [UInt8](repeating: 7, count: 50_000).withUnsafeBytes { scratch.append($0) }
    for _ in 0..<50_000 { scratch.append(scalar: 0x1F680) }
    #expect(scratch.used == 10_000 + 50_000 + 200_000)
    let kept = Array(UnsafeRawBufferPointer(start: scratch.base, count: scratch.used))
    #expect(Array(kept[..<10_000]) == bytes + bytes)
    #expect(kept[10_000..<60_000].allSatisfy { $0 == 7 })
    #expect(Array(kept.suffix(4)) == Array("🚀".utf8))
  }
}
