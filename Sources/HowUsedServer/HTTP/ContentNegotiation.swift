package import HTTPTypes

/// Which form of something a client would like (RFC 9110, 12.5). Anybody may send anything here: what can't be read counts
/// as not asked for.
package enum ContentNegotiation {
  /// The one of `offered` that `Accept-Language` likes best; the first if none is asked for.
  package static func language(of offered: [String], header: String?) -> String {
    var best = offered.first ?? ""
    var bestQuality = 0.0
    for range in (header ?? "").prefix(1000).split(separator: ",") {
      let parts = range.split(separator: ";", maxSplits: 2, omittingEmptySubsequences: false).map(Self.trimmed)
      guard let tag = parts.first else { continue }
      // Not a split, which gives nothing for "-".
      let primary = tag.prefix { $0 != "-" }.lowercased()
      let quality = parts.dropFirst().first.map(Self.quality) ?? 1
      // An earlier range wins at equal quality: that is the order in which browsers write them.
      if quality > bestQuality, offered.contains(primary) {
        best = primary
        bestQuality = quality
      }
    }
    return best
  }

  package static func acceptsGzip(_ fields: HTTPFields) -> Bool {
    (fields[.acceptEncoding] ?? "").split(separator: ",").contains { coding in
      let parts = coding.filter { $0 != " " }.lowercased().split(separator: ";")
      guard let name = parts.first, name == "gzip" || name == "*" else { return false }
      // "q=0", in any of its spellings, is a refusal.
      return !parts.dropFirst().contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
    }
  }

  /// 0 to 1; 0, which is a refusal, when it can't be read. An empty one is that of "ru;", which clients do send.
  private static func quality(_ parameter: Substring) -> Double {
    guard !parameter.isEmpty else { return 1 }
    let pair = parameter.split(separator: "=", omittingEmptySubsequences: false).map(trimmed)
    guard pair.count == 2, pair[0].lowercased() == "q", let quality = Double(pair[1]), (0...1).contains(quality)
    else { return 0 }
    return quality
  }

  /// Without the spaces and tabs around it (OWS in RFC 9110, 5.6.3).
  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.first == " " || text.first == "\t" { text.removeFirst() }
    while text.last == " " || text.last == "\t" { text.removeLast() }
    return text
  }
}
