import HowUsedModel
import Testing

@Suite struct ContentTypeTests {
  @Test(
    arguments: [
      (nil, .unknown), ("", .unknown), ("  ", .unknown), (";", .unknown),
      ("application/json", .json), ("Application/JSON; charset=utf-8", .json), (" application/json ;x", .json),
      ("text/json", .json), ("text/plain", .unknown), ("application/octet-stream", .unknown),
      ("application/x-www-form-urlencoded", .form), ("application/x-www-form-urlencoded;charset=UTF-8", .form),
      ("application/jsonp", .unsupported), ("image/png", .unsupported), ("x", .unsupported),
      ("multipart/mixed; boundary=x", .unsupported),
      ("multipart/form-data; boundary=x", .multipart(boundary: "x")),
      ("multipart/form-data;boundary=\"a b\"; charset=utf-8", .multipart(boundary: "a b")),
      (
        "multipart/form-data; charset=\"a;b\"; BOUNDARY=----WebKitFormBoundary7MA4YWxkTrZu0gW ",
        .multipart(boundary: "----WebKitFormBoundary7MA4YWxkTrZu0gW")
      ),
      ("multipart/form-data", .multipart(boundary: "")), ("multipart/form-data; boundary=", .multipart(boundary: "")),
      ("multipart/form-data; boundary=\"", .multipart(boundary: "")),
      ("multipart/form-data; boundary=\"a", .multipart(boundary: "")),
      ("multipart/form-data; boundary=я", .multipart(boundary: "")),
      ("multipart/form-data; boundary=\(String(repeating: "x", count: 71))", .multipart(boundary: "")),
      (
        "multipart/form-data; boundary=\(String(repeating: "x", count: 70))",
        .multipart(boundary: String(repeating: "x", count: 70))
      ),
    ] as [(String?, ContentType)]
  )
  func classify(value: String?, expected: ContentType) {
    #expect(ContentType.classify(value) == expected)
  }
}
