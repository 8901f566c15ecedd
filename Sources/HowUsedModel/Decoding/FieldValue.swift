/// A field's value as it stands in the body: read for its kind, not yet for its meaning.
struct FieldValue {
  enum Kind: UInt8 {
    /// Valid UTF-8.
    case text
    /// A form's value that is not UTF-8.
    case brokenText
    /// A JSON number without fraction and exponent; the slice is its digits and sign.
    case integer
    /// Any other JSON number.
    case decimal
    case boolean
    case null
    case array
    case object

    /// What an error says was sent.
    var words: String {
      switch self {
      case .text: "text"
      case .brokenText: "text that is not UTF-8"
      case .integer: "an integer"
      case .decimal: "a number that is not an integer"
      case .boolean: "a boolean"
      case .null: "null"
      case .array: "an array"
      case .object: "an object"
      }
    }
  }

  var kind: Kind
  var slice: TextSlice
}
