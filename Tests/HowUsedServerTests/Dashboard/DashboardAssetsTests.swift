import HTTPTypes
import HowUsedServer
import NIOCore
import Testing

@Suite struct DashboardAssetsTests {
  @Test func everyFileOfThePageIsThereAndSmaller() throws {
    let assets = DashboardAssets()
    for name in ["uplot.js", "app.css", "panels.css", "words.en.js", "words.ru.js"] {
      let asset = try #require(assets.file(name), "\(name)")
      let gzip = try #require(asset.gzip, "\(name)")
      #expect(gzip.readableBytes < asset.plain.readableBytes)
      #expect(gzip.getBytes(at: 0, length: 3) == [0x1f, 0x8b, 8])
      #expect(asset.etag(gzip: true) != asset.etag(gzip: false))
    }
    #expect(assets.file("index.html") == nil)
    #expect(assets.file("../index.html") == nil)
  }

  /// What the page asks for, and nothing else, is in the binary; and it's small.
  @Test func thePageIsWholeAndSmall() throws {
    let assets = DashboardAssets()
    let page = assets.page(language: "en")
    let parts = String(buffer: page.plain).split(separator: "/charts/assets/\(assets.version)/").dropFirst()
    let names = parts.map { String($0.prefix { $0 != "\"" }) }
    #expect(names.contains("app.js") && names.contains("uplot.js"))
    var transferred = page.gzip?.readableBytes ?? 0
    for name in names {
      let asset = try #require(assets.file(name), "\(name)")
      transferred += asset.gzip?.readableBytes ?? asset.plain.readableBytes
    }
    #expect(transferred < 68_000, "\(transferred) bytes, compressed")
  }

  /// What the page's modules import, at once or later, is in the binary too.
  @Test(arguments: ["en", "ru"]) func everyImportedModuleIsThere(language: String) throws {
    let assets = DashboardAssets()
    var (waiting, seen) = (["app.js"], Set<String>())
    while let name = waiting.popLast() {
      guard seen.insert(name).inserted else { continue }
      let source = String(buffer: try #require(assets.file(name), "\(name)").plain)
      for match in source.matches(of: /(?:from |import\()["`]\.\/([^"`]+)["`]/) {
        waiting.append(String(match.1).replacing("${known}", with: language))
      }
    }
    for name in ["more.js", "top.js", "feed.js", "retention.js", "words.\(language).js"] {
      #expect(seen.contains(name), "\(name)")
    }
  }

  @Test(arguments: ["en", "ru", "de"]) func thePageNamesItsLanguageAndFiles(language: String) {
    let assets = DashboardAssets()
    let html = String(buffer: assets.page(language: language).plain)
    #expect(html.contains("<html lang=\"\(language == "de" ? "en" : language)\""))
    #expect(html.contains("/charts/assets/\(assets.version)/uplot.js"))
    #expect(!html.contains("{{"))
  }

  @Test(
    arguments: [
      (nil, "en"), ("", "en"), ("ru", "ru"), ("ru-RU,ru;q=0.9,en;q=0.8", "ru"), ("en-GB, ru;q=0.5", "en"),
      ("de, ru;q=0.3", "ru"), ("en;q=0.2, ru ; q=0.7", "ru"), ("ru;q=0, en;q=0.1", "en"), ("ru;q=x", "en"),
      (";;,,=", "en"),
    ] as [(String?, String)]
  )
  func acceptLanguage(header: String?, expected: String) {
    #expect(ContentNegotiation.language(of: ["en", "ru"], header: header) == expected)
  }

  /// What nobody means, but anybody can send.
  @Test(
    arguments: [
      ("-", "en"), ("--", "en"), ("-,ru", "ru"), ("-ru", "en"), (" - ", "en"), ("-;q=1", "en"), ("-,-,-", "en"),
      (" ", "en"), (",", "en"), (";", "en"), ("=", "en"), ("q=1", "en"), (";q=1", "en"), ("ru;", "ru"), ("ru-", "ru"),
      ("\tru\t", "ru"), ("ru;\tq=0.5, en;q=0.4", "ru"), ("RU-ru", "ru"), ("ru;q=", "en"), ("ru;=1", "en"),
      ("ru;q==1", "en"), ("ru;q=nan", "en"), ("ru;q=inf", "en"), ("ru;q=-1", "en"), ("ru;q=2", "en"),
      ("ru;q=1e-1", "ru"), ("ru;q=1;q=0", "ru"), ("ru_RU", "en"), ("*", "en"), ("*;q=0", "en"), ("\u{0}", "en"),
      ("р\u{301}у", "en"), ("🚀-🚀;q=🚀", "en"),
      (String(repeating: "-", count: 5000), "en"), (String(repeating: "ru,", count: 5000), "ru"),
    ]
  )
  func oddAcceptLanguage(header: String, expected: String) {
    #expect(ContentNegotiation.language(of: ["en", "ru"], header: header) == expected)
    #expect(ContentNegotiation.language(of: [], header: header) == "")
  }

  @Test(arguments: [
    ("gzip, deflate, br", true), ("br", false), ("", false), ("*", true), ("gzip;q=0", false), ("gzip; q=0.000", false),
    ("GZIP;q=0.5", true), ("xgzip", false),
  ])
  func acceptEncoding(header: String, expected: Bool) {
    var fields = HTTPFields()
    fields[.acceptEncoding] = header
    #expect(ContentNegotiation.acceptsGzip(fields) == expected)
  }

  @Test(
    arguments: [
      ("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false), ("a", false),
      (nil, false),
    ] as [(String?, Bool)]
  )
  func ifNoneMatch(header: String?, expected: Bool) {
    #expect(EntityTag.matches(header, etag: "\"a\"") == expected)
  }
}
