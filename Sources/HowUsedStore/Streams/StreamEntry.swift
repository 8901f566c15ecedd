package import HowUsedModel

/// An entry of a stream, lent by ``StreamEntries``: its bytes are there during the call only.
package struct StreamEntry {
  package let id: StreamID
  package let idText: UnsafeRawBufferPointer
  /// See ``EventFragment``.
  package let fragment: UnsafeRawBufferPointer
  /// What the fragment says; nil when it isn't one of ours.
  package let event: ArchivedEvent?
}
