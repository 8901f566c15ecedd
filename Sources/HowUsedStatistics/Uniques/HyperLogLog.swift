/// Redis's HyperLogLog, read and merged here, where sets of exact ids are to be united with it (Redis's own PFCOUNT takes
/// no sets).
///
/// Sources: the layout in redis/src/hyperloglog.c's description ("HYLL", dense 6-bit registers or the opcodes ZERO, XZERO,
/// VAL), MurmurHash2 64A by Austin Appleby with that file's seed, and the estimator of Otmar Ertl, "New cardinality
/// estimation algorithms for HyperLogLog sketches" (2017), algorithm 6.
package struct HyperLogLog: Sendable {
  static let registerCount = 1 << 14
  private static let indexBits = 14
  private static let rankLimit = 64 - indexBits
  private static let headerBytes = 16
  private static let denseBytes = registerCount * 6 / 8

  private(set) var registers = [UInt8](repeating: 0, count: registerCount)

  package init() {}

  /// Adds what a Redis string holds. Returns false when that is no HyperLogLog; it may have been added in part then.
  @discardableResult
  package mutating func merge(_ stored: UnsafeRawBufferPointer) -> Bool {
    guard stored.count >= Self.headerBytes, stored.starts(with: "HYLL".utf8) else { return false }
    let body = UnsafeRawBufferPointer(rebasing: stored[Self.headerBytes...])
    switch stored[4] {
    case 0: return mergeDense(body)
    case 1: return mergeSparse(body)
    default: return false
    }
  }

  private mutating func mergeDense(_ body: UnsafeRawBufferPointer) -> Bool {
    guard body.count >= Self.denseBytes else { return false }
    // Four registers are 24 bits, the lowest bits first.
    for group in 0..<Self.registerCount / 4 {
      let bits = UInt32(body[3 * group]) | UInt32(body[3 * group + 1]) << 8 | UInt32(body[3 * group + 2]) << 16
      for offset in 0..<4 {
        let value = UInt8(truncatingIfNeeded: bits >> (6 * UInt32(offset))) & 63
        if value > registers[4 * group + offset] { registers[4 * group + offset] = value }
      }
    }
    return true
  }

  private mutating func mergeSparse(_ body: UnsafeRawBufferPointer) -> Bool {
    var register = 0
    var index = 0
    while index < body.count {
      let opcode = body[index]
      index += 1
      switch opcode >> 6 {
      case 0: register += Int(opcode & 63) + 1
      case 1:
        guard index < body.count else { return false }
        register += (Int(opcode & 63) << 8 | Int(body[index])) + 1
        index += 1
      default:
        let value = (opcode >> 2 & 31) + 1
        for _ in 0...(opcode & 3) {
          guard register < Self.registerCount else { return false }
          registers[register] = max(registers[register], value)
          register += 1
        }
      }
    }
    return register == Self.registerCount
  }

  /// Adds a user, as Redis does for the decimal text of the id.
  package mutating func add(_ user: Int64) {
    let (index, rank) = Self.place(of: user)
    registers[index] = max(registers[index], rank)
  }

  /// The register that a user falls into, and what it is then at least.
  static func place(of user: Int64) -> (index: Int, rank: UInt8) {
    var text = String(user)
    let hash = text.withUTF8 { Self.hash(UnsafeRawBufferPointer($0)) }
    let rank = ((hash >> UInt64(Self.indexBits)) | 1 << UInt64(Self.rankLimit)).trailingZeroBitCount + 1
    return (Int(truncatingIfNeeded: hash) & (Self.registerCount - 1), UInt8(truncatingIfNeeded: rank))
  }

  /// How many different users were added, about: the standard error is 0.81 %.
  package var estimate: Int64 {
    var histogram = [Int](repeating: 0, count: 64)
    for register in registers { histogram[Int(register & 63)] += 1 }
    let count = Double(Self.registerCount)
    var sum = count * Self.tau((count - Double(histogram[Self.rankLimit + 1])) / count)
    for rank in stride(from: Self.rankLimit, through: 1, by: -1) { sum = (sum + Double(histogram[rank])) * 0.5 }
    sum += count * Self.sigma(Double(histogram[0]) / count)
    // 1 / (2 ln 2)
    let alpha = 0.721_347_520_444_481_7
    let estimate = (alpha * count * count / sum).rounded()
    return estimate.isFinite ? Int64(estimate) : 0
  }

  private static func tau(_ start: Double) -> Double {
    if start == 0 || start == 1 { return 0 }
    var x = start
    var y = 1.0
    var z = 1 - x
    while true {
      x.formSquareRoot()
      y *= 0.5
      let next = z - (1 - x) * (1 - x) * y
      if next == z { return z / 3 }
      z = next
    }
  }

  private static func sigma(_ start: Double) -> Double {
    if start == 1 { return .infinity }
    var x = start
    var y = 1.0
    var z = x
    while true {
      x *= x
      let next = z + x * y
      y += y
      if next == z { return z }
      z = next
    }
  }

  /// MurmurHash2, 64-bit version for 64-bit machines.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    let multiplier: UInt64 = 0xc6a4_a793_5bd1_e995
    var hash = 0xadc8_3b19 ^ (UInt64(bytes.count) &* multiplier)
    var offset = 0
    while offset + 8 <= bytes.count {
      var word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* multiplier
      word = (word ^ (word >> 47)) &* multiplier
      hash = (hash ^ word) &* multiplier
      offset += 8
    }
    if offset < bytes.count {
      for index in stride(from: bytes.count - 1, through: offset, by: -1) {
        hash ^= UInt64(bytes[index]) << UInt64(8 * (index - offset))
      }
      hash = hash &* multiplier
    }
    hash = (hash ^ (hash >> 47)) &* multiplier
    return hash ^ (hash >> 47)
  }
}
