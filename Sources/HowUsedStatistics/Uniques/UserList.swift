/// User ids as decimal text with commas between them, as they lie in Redis. What is no number there gives some number.
struct UserList: Sequence, IteratorProtocol {
  private var place: UnsafeRawPointer?
  private let end: UnsafeRawPointer?
  private let readable: UnsafeRawPointer?

  /// `text` must outlive it.
  /// - Parameter readable: up to where there is memory that may be read.
  init(_ text: UnsafeRawBufferPointer, readable: UnsafeRawPointer? = nil) {
    place = text.baseAddress
    end = text.baseAddress.map { $0 + text.count }
    self.readable = readable ?? end
  }

  @inline(__always)
  mutating func next() -> Int64? {
    guard var place, let end, let readable, place < end else { return nil }
    var value: UInt64 = 0
    let isNegative = place.load(as: UInt8.self) == UInt8(ascii: "-")
    if isNegative { place += 1 }
    if readable - place >= 8 {
      let (number, digits) = Self.digits(place)
      value = number
      place += digits
    }
    while place < end {
      let digit = place.load(as: UInt8.self) &- 0x30
      place += 1
      guard digit < 10 else { break }
      value = value &* 10 &+ UInt64(digit)
    }
    self.place = place
    return Int64(bitPattern: isNegative ? 0 &- value : value)
  }

  /// The number that up to 8 bytes begin with, and how many digits it has, looked at all at once.
  ///
  /// Digits are 0x30…0x39, the comma is 0x2c. Two, four and eight of them are put together by multiplication (Mula,
  /// "SIMD-ized parsing of series of integer values"; Lemire, "Quickly parsing eight digits").
  @inline(__always)
  private static func digits(_ place: UnsafeRawPointer) -> (number: UInt64, count: Int) {
    let text = UInt64(littleEndian: place.loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
    let others = (text &+ 0x7676_7676_7676_7676 | text) & 0x8080_8080_8080_8080
    let count = others.trailingZeroBitCount / 8
    // Zeros in front; a shift by all 64 bits gives 0.
    let pairs = text << UInt64(64 - 8 * count)
    let bytes = pairs &* 10 &+ pairs >> 8
    let mask: UInt64 = 0x0000_00ff_0000_00ff
    let number = (bytes & mask) &* 0x000f_4240_0000_0064 &+ (bytes >> 16 & mask) &* 0x0000_2710_0000_0001
    return (number >> 32, count)
  }
}
