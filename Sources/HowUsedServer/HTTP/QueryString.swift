import ByteText
import HowUsedModel

/// The parameters behind the `?` of an address, as browsers write them (`application/x-www-form-urlencoded`).
struct QueryString {
  /// In their order. A name may come several times.
  let parameters: [(name: String, value: String)]

  static let parameterLimit = 200

  /// - Throws: 400 when it can't be read.
  init(_ text: some StringProtocol) throws(RequestError) {
    var parameters: [(name: String, value: String)] = []
    for part in text.utf8.split(separator: UInt8(ascii: "&")) {
      let sides = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard parameters.count < Self.parameterLimit else {
        throw RequestError(.badRequest, "the address has more than \(Self.parameterLimit) parameters")
      }
      guard let name = sides.first.flatMap({ Self.decode($0) }),
        let value = Self.decode(sides.count > 1 ? sides[1] : part.prefix(0))
      else { throw RequestError(.badRequest, "the address's parameters aren't percent-encoded UTF-8") }
      parameters.append((name, value))
    }
    self.parameters = parameters
  }

  /// The value of a name; nil when it's absent or empty.
  ///
  /// - Throws: 400 when it's there twice: nobody knows which one is meant.
  subscript(name: String) -> String? {
    get throws(RequestError) {
      let values = parameters.filter { $0.name == name && !$0.value.isEmpty }
      guard values.count <= 1 else { throw RequestError(.badRequest, field: name, "\(name) is given twice") }
      return values.first?.value
    }
  }

  private static func decode(_ bytes: some Collection<UInt8>) -> String? {
    PercentEncoding.decode(bytes, plusIsBlank: true)
  }
}
