/// An event's name with its params: what uses are counted by, and the field's name in Redis.
///
/// The four texts joined by `\x1f`, empty ones at the end left out, each as the stored fragment has it: with JSON escapes,
/// so that none holds a control character. A deprecated update has no name: its text is empty. All combinations beyond a
/// bucket's limit are the field `\x1e`. Stored data: never change.
package struct Combination: Hashable, Sendable {
  package static let separator: UInt8 = 0x1f
  package static let other: UInt8 = 0x1e

  /// The event's name, then the params, as stored.
  package let texts: [[UInt8]]

  package init(texts: [[UInt8]]) { self.texts = texts }

  package init(field: some Sequence<UInt8>) {
    var texts: [[UInt8]] = [[]]
    for byte in field {
      if byte == Self.separator { texts.append([]) } else { texts[texts.count - 1].append(byte) }
    }
    self.texts = texts
  }

  /// The text at a place: 0 is the event, 1…3 are the params; empty when absent.
  package subscript(place: Int) -> [UInt8] { place < texts.count ? texts[place] : [] }

  package var isUpdate: Bool { self[0].isEmpty }
}
