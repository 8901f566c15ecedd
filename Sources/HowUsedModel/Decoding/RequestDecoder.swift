package import NIOCore

/// Reads the body of an API request, whatever form it has, and checks everything that needs no storage.
///
/// One per event loop: its memory is used again for each request, so that an ordinary one allocates nothing. The slices
/// in what it returns hold while the body's bytes do and until the next ``decode(_:contentType:now:)``.
///
/// The form of a body is decided by its look first, since people send JSON with curl's default type: one that begins
/// with `{` is JSON unless it is declared multipart.
package struct RequestDecoder: ~Copyable {
  var fields = RequestFields()
  var itemFields = RequestFields()
  var batch = BatchReading()
  var scratch = TextScratch()
  private let fragmentSpace: UnsafeMutableRawBufferPointer

  package init() {
    // JSONText.write may store up to 8 bytes past what it reports.
    fragmentSpace = .allocate(byteCount: Limits.fragmentBytes + 64, alignment: 16)
  }

  deinit { fragmentSpace.deallocate() }

  /// - Parameters:
  ///   - body: at most ``Limits/bodyBytes``; a longer one is refused.
  ///   - now: Unix seconds, for the limits of times.
  /// - Throws: what may be told to anyone: an unreadable body, a missing or impossible bot, a missing token. All else
  ///   that is wrong is in the result's `body`, for after the sender is authorised.
  package mutating func decode(
    _ body: UnsafeRawBufferPointer,
    contentType: ContentType,
    now: Int64
  ) throws(RequestError) -> DecodedRequest {
    guard body.count <= Limits.bodyBytes else { throw .payloadTooLarge }
    fields.removeAll()
    batch.removeAll()
    scratch.begin(bodyCount: body.count)
    let isJSON = try scan(body, contentType, now: now)

    let reader = reader(body, now: now)
    let botID = try reader.botID(fields[.botID])
    let token = try reader.token(fields[.apiToken])
    do throws(RequestError) {
      return DecodedRequest(
        botID: botID,
        token: token,
        body: .success(try request(botID, token, reader, isJSON: isJSON))
      )
    } catch {
      return DecodedRequest(botID: botID, token: token, body: .failure(error))
    }
  }

  /// The text of a slice of the last decoded request, in UTF-8.
  @inline(__always)
  package func bytes(of slice: TextSlice, in body: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    slice.isEmpty ? UnsafeRawBufferPointer(start: nil, count: 0) : reader(body, now: 0).bytes(of: slice)
  }

  package func string(of slice: TextSlice, in body: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes(of: slice, in: body), as: UTF8.self)
  }

  /// The stored form of one of the last decoded request's events. Holds until the decoder's next use.
  package mutating func fragment(
    of request: EventRequest,
    in body: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    guard let base = fragmentSpace.baseAddress else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    let count = EventFragment.write(request, reader(body, now: 0), to: base)
    return UnsafeRawBufferPointer(start: base, count: count)
  }

  /// As ``fragment(of:in:)``, appended to `buffer`. Returns the bytes written.
  @discardableResult
  package func writeFragment(
    of request: EventRequest,
    in body: UnsafeRawBufferPointer,
    to buffer: inout ByteBuffer
  ) -> Int {
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: fragmentSpace.count) { space in
      guard let base = space.baseAddress else { return 0 }
      return EventFragment.write(request, reader(body, now: 0), to: base)
    }
  }

  @inline(__always)
  func reader(_ body: UnsafeRawBufferPointer, now: Int64) -> FieldReader {
    FieldReader(
      body: body.baseAddress ?? UnsafeRawPointer(scratch.base),
      scratch: UnsafeRawPointer(scratch.base),
      now: now
    )
  }
}
