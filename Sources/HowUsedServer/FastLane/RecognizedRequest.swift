/// Where one API request of the strict common form lies in a connection's bytes. All numbers are bytes.
package struct RecognizedRequest: Equatable {
  /// The request line and the header fields, with the empty line that ends them.
  package let headLength: Int
  /// The body's length, as its one `Content-Length` says: 0…``RequestRecognizer/maximumBody``.
  package let bodyLength: Int
  /// Where the value of `Content-Type` lies, empty when there is none.
  package let contentType: Range<Int>
  /// Where the digits of `Content-Length` lie.
  package let lengthDigits: Range<Int>
  /// The client asks for the connection's end after the answer: `Connection: close` (RFC 9112, 9.6).
  package let closes: Bool

  package var length: Int { headLength + bodyLength }
}
