/// Sorts numbers by some of their bits, stably, least significant digit first: for a hundred thousand, five times as quick
/// as comparing.
enum RadixSort {
  private static let digitBits = 11

  /// - Parameter bits: those that count; all others must not matter.
  static func sort(_ numbers: inout [UInt64], bits: Range<Int>) {
    guard numbers.count > 1, !bits.isEmpty else { return }
    guard numbers.count > 256 else {
      let mask = (bits.count >= 64 ? UInt64.max : (1 << UInt64(bits.count)) - 1) << UInt64(bits.lowerBound)
      return numbers.sort { $0 & mask < $1 & mask }
    }
    var target = numbers
    let passes = (bits.count + digitBits - 1) / digitBits
    let width = (bits.count + passes - 1) / passes
    let mask = (1 << width) - 1
    var starts = [Int](repeating: 0, count: mask + 1)
    for pass in 0..<passes {
      let shift = UInt64(bits.lowerBound + pass * width)
      numbers.withUnsafeBufferPointer { source in
        target.withUnsafeMutableBufferPointer { target in
          starts.withUnsafeMutableBufferPointer { starts in
            starts.update(repeating: 0)
            for number in source { starts[Int(truncatingIfNeeded: number >> shift) & mask] &+= 1 }
            var sum = 0
            for digit in 0...mask { (starts[digit], sum) = (sum, sum &+ starts[digit]) }
            for number in source {
              let digit = Int(truncatingIfNeeded: number >> shift) & mask
              target[starts[digit]] = number
              starts[digit] &+= 1
            }
          }
        }
      }
      swap(&numbers, &target)
    }
  }

  /// How many bits the numbers below `count` need.
  static func bits(below count: Int) -> Int { count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount }
}
