/// Reads the `Accept-Language` header (RFC 9110, 12.5.4).
package enum AcceptLanguage {
  /// The one of `offered` that the reader likes best; the first if none is asked for.
  package static func preferred(of offered: [String], header: String?) -> String {
    var best = offered[0]
    var bestQuality = 0.0
    for range in (header ?? "").prefix(1000).split(separator: ",") {
      let parts = range.split(separator: ";")
      guard let tag = parts.first else { continue }
      let primary = tag.split(separator: "-", maxSplits: 1)[0].filter { $0 != " " }.lowercased()
      let quality = parts.dropFirst().first.map(Self.quality) ?? 1
      // An earlier range wins at equal quality: that is the order in which browsers write them.
      if quality > bestQuality, offered.contains(primary) {
        best = primary
        bestQuality = quality
      }
    }
    return best
  }

  private static func quality(_ parameter: Substring) -> Double {
    let pair = parameter.split(separator: "=")
    guard pair.count == 2, pair[0].filter({ $0 != " " }) == "q" else { return 0 }
    return Double(pair[1].filter { $0 != " " }) ?? 0
  }
}
