/// The params of an event as the stored fragment has them; an absent one is empty.
package struct Params {
  package var first: UnsafeRawBufferPointer
  package var second: UnsafeRawBufferPointer
  package var third: UnsafeRawBufferPointer

  package init(
    _ first: UnsafeRawBufferPointer = .empty,
    _ second: UnsafeRawBufferPointer = .empty,
    _ third: UnsafeRawBufferPointer = .empty
  ) {
    self.first = first
    self.second = second
    self.third = third
  }

  /// `index` is 0…2.
  subscript(index: Int) -> UnsafeRawBufferPointer { index == 0 ? first : index == 1 ? second : third }
}

extension UnsafeRawBufferPointer {
  package static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
