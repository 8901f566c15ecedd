import Testing

@testable import HowUsedStore

struct MemoryLimitTests {
  @Test(
    "Sizes as people write them",
    arguments: [("64mb", 64 << 20), ("2GB", 2 << 30), ("1g", 1 << 30), ("65536k", 64 << 20), ("67108864", 64 << 20)]
  )
  func read(text: String, bytes: Int64) { #expect(MemoryLimit(text)?.bytes == bytes) }

  @Test("A part of the memory")
  func percent() throws {
    let half = try #require(MemoryLimit("50%"))
    #expect(abs(half.bytes - MemoryLimit.standard.bytes) < 100)
  }

  @Test(
    "What isn't a size, or too little",
    arguments: [
      "", "mb", "1mb", "-5gb", "0", "120%", "0%", "5 gb", "99999999999999999999gb", "9223372036854775807gb",
      // Modulo 2^64 these would be a size.
      "17179869185gb", "17592186044480mb", "18014398509547520kb",
    ]
  )
  func refused(text: String) { #expect(MemoryLimit(text) == nil) }
}
