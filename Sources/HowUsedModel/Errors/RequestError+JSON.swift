package import NIOCore

extension RequestError {
  /// The body of the answer, one JSON object.
  package func writeJSON(to buffer: inout ByteBuffer) {
    buffer.writeString(#"{"ok":false,"error_code":\#(status),"error":"\#(code.rawValue)""#)
    if let field { buffer.writeJSON(key: "field", field) }
    buffer.writeJSON(key: "description", description)
    if let retryAfter { buffer.writeString(#","parameters":{"retry_after":\#(retryAfter)}"#) }
    if !items.isEmpty {
      buffer.writeString(#","errors":["#)
      for (place, item) in items.enumerated() {
        buffer.writeString(#"\#(place == 0 ? "" : ","){"index":\#(item.index)"#)
        if let field = item.field { buffer.writeJSON(key: "field", field) }
        buffer.writeJSON(key: "error", item.code.rawValue)
        buffer.writeJSON(key: "description", item.description)
        buffer.writeString("}")
      }
      buffer.writeString("]")
    }
    buffer.writeString("}")
  }

  package var json: String {
    var buffer = ByteBuffer()
    writeJSON(to: &buffer)
    return String(buffer: buffer)
  }
}

extension ByteBuffer {
  fileprivate mutating func writeJSON(key: String, _ value: String) {
    var value = value
    writeString(#","\#(key)":""#)
    value.withUTF8 { text in
      _ = writeWithUnsafeMutableBytes(minimumWritableBytes: 6 * text.count + 8) { space in
        guard let base = space.baseAddress else { return 0 }
        return JSONText.write(UnsafeRawBufferPointer(text), to: base)
      }
    }
    writeString("\"")
  }
}
