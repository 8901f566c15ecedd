extension JSONText {
  /// The text as it stands between the quotes of a stored fragment.
  package static func escaped(_ text: String) -> [UInt8] {
    var text = text
    return text.withUTF8 { bytes in
      [UInt8](unsafeUninitializedCapacity: 6 * bytes.count + 8) { space, count in
        guard let base = space.baseAddress else { return }
        count = write(UnsafeRawBufferPointer(bytes), to: UnsafeMutableRawPointer(base))
      }
    }
  }

  /// The text that stands between the quotes of a stored fragment.
  package static func decoded(_ escaped: some Sequence<UInt8>) -> String {
    let bytes = Array(escaped)
    return bytes.withUnsafeBytes { raw in
      ArchivedEvent.string(of: TextSlice(offset: 0, count: raw.count, encoding: .jsonEscaped), in: raw)
    }
  }
}
