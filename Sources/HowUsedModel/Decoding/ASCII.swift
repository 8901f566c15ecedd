enum ASCII {
  /// Whether `bytes` begin with `word`, which is in lower case, without regard to the case of ASCII letters.
  static func lowercased(_ bytes: UnsafeRawBufferPointer, hasPrefix word: StaticString) -> Bool {
    guard bytes.count >= word.utf8CodeUnitCount else { return false }
    for index in 0..<word.utf8CodeUnitCount {
      let byte = bytes[index]
      let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      guard lower == word.utf8Start[index] else { return false }
    }
    return true
  }
}
