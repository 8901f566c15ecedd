#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif
import HowUsedModel

/// The heads that were recognised last, byte for byte. A bot sends the same head with nearly every request, and the
/// same bytes mean the same: comparing them is much cheaper than reading them again.
struct RecentHeads {
  private struct Head {
    let bytes: [UInt8]
    let request: RecognizedRequest
    let contentType: ContentType
  }

  /// The lengths of bodies differ by a few digits, hence several.
  private static let capacity = 4
  /// A longer head is read anew each time, so that the memory stays small.
  private static let longest = 1024

  private var heads: [Head] = []
  private var next = 0

  /// The request that `bytes` starts with, if its head is a recent one.
  func find(_ bytes: UnsafeRawBufferPointer) -> (RecognizedRequest, ContentType)? {
    guard let base = bytes.baseAddress else { return nil }
    for head in heads where bytes.count >= head.bytes.count {
      if head.bytes.withUnsafeBytes({ memcmp(base, $0.baseAddress ?? base, $0.count) }) == 0 {
        return (head.request, head.contentType)
      }
    }
    return nil
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer, _ request: RecognizedRequest, _ contentType: ContentType) {
    // A multipart boundary is never the same twice.
    if case .multipart = contentType { return }
    guard request.headLength <= Self.longest, request.headLength <= bytes.count else { return }
    let head = Head(bytes: Array(bytes[..<request.headLength]), request: request, contentType: contentType)
    if heads.count < Self.capacity {
      heads.append(head)
    } else {
      heads[next] = head
    }
    next = (next + 1) % Self.capacity
  }
}
