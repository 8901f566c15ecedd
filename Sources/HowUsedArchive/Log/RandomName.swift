import ByteText

/// Names that no other process will choose.
package enum RandomName {
  /// 32 hexadecimal digits.
  package static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return Hex.text(generator.next()) + Hex.text(generator.next())
  }
}
