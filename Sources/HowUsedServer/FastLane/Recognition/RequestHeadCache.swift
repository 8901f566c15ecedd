import Glibc
package import HowUsedModel

/// The heads that were recognised last. A bot sends the same head with every request but for the digits of its
/// `Content-Length`, and the same bytes mean the same: comparing them is much cheaper than reading them again.
package struct RequestHeadCache {
  private struct Head {
    /// The bytes before the digits of `Content-Length`, and those from them to the head's end.
    let start: [UInt8]
    let end: [UInt8]
    let contentType: ContentType
    let closes: Bool
  }

  package struct Found {
    package let headLength: Int
    package let bodyLength: Int
    package let contentType: ContentType
    /// As in ``RecognizedRequest``.
    package let closes: Bool
  }

  /// Different clients, not different requests.
  private static let capacity = 4
  /// A longer head is read anew each time, so that the memory stays small.
  private static let longest = 1024

  private var heads: [Head] = []
  private var next = 0

  package init() {}

  /// The request that `bytes` starts with, if its head is a recent one but for the length.
  package func find(_ bytes: UnsafeRawBufferPointer) -> Found? {
    for head in heads where Self.areEqual(head.start, bytes, at: 0) {
      let digits = head.start.count..<Self.endOfDigits(bytes, from: head.start.count)
      guard let length = RequestRecognizer.digits(bytes, digits), Self.areEqual(head.end, bytes, at: digits.upperBound)
      else { continue }
      return Found(
        headLength: digits.upperBound + head.end.count,
        bodyLength: length,
        contentType: head.contentType,
        closes: head.closes
      )
    }
    return nil
  }

  package mutating func add(
    _ bytes: UnsafeRawBufferPointer,
    _ request: RecognizedRequest,
    _ contentType: ContentType
  ) {
    // A multipart boundary is never the same twice.
    if case .multipart = contentType { return }
    guard request.headLength <= Self.longest, request.headLength <= bytes.count else { return }
    let head = Head(
      start: Array(bytes[..<request.lengthDigits.lowerBound]),
      end: Array(bytes[request.lengthDigits.upperBound..<request.headLength]),
      contentType: contentType,
      closes: request.closes
    )
    if heads.count < Self.capacity {
      heads.append(head)
    } else {
      heads[next] = head
    }
    next = (next + 1) % Self.capacity
  }

  private static func areEqual(_ known: [UInt8], _ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
    guard bytes.count - offset >= known.count, let base = bytes.baseAddress else { return false }
    return known.withUnsafeBytes { known in
      known.baseAddress.map { memcmp(base + offset, $0, known.count) == 0 } ?? true
    }
  }

  /// One digit more than a valid length has is enough to see that it isn't one.
  private static func endOfDigits(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var end = start
    while end < bytes.count, end - start < 8, bytes[end] &- UInt8(ascii: "0") < 10 { end += 1 }
    return end
  }
}
