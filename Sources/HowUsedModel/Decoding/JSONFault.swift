/// Why a body is not the JSON that a request must be, and where. Small, so that throwing it costs nothing.
struct JSONFault: Error, Equatable {
  enum Kind: UInt8 {
    case truncated, notAnObject, key, colon, comma, value, number, control, escape, loneSurrogate, utf8, tooDeep,
      trailing
    case duplicate
  }

  let kind: Kind
  /// Where in the body; for a duplicate, where its key starts.
  let offset: Int32

  init(_ kind: Kind, _ offset: Int) {
    self.kind = kind
    self.offset = Int32(truncatingIfNeeded: offset)
  }

  var words: String {
    switch kind {
    case .truncated: "it ends too early"
    case .notAnObject: "it must be one object, {…}"
    case .key: "a key in double quotes is expected"
    case .colon: "a colon is expected"
    case .comma: "a comma or the end is expected"
    case .value: "a value is expected"
    case .number: "a number is malformed"
    case .control: "a control character must be escaped"
    case .escape: "an escape is malformed"
    case .loneSurrogate: "an escaped surrogate has no other half"
    case .utf8: "it must be UTF-8"
    case .tooDeep: "an unknown key's value may nest \(Limits.nesting) levels"
    case .trailing: "nothing may follow the object"
    case .duplicate: "a key was sent twice"
    }
  }
}
