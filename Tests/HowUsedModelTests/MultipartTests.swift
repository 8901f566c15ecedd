import HowUsedModel
import Testing

@Suite struct MultipartTests {
  private let type = ContentType.multipart(boundary: "b")
  private let good = [("botId", "1"), ("apiToken", "t"), ("requestType", "getOnline"), ("seconds", "9")]

  @Test func valuesMayHoldAnything() throws {
    let fields = [
      ("botId", "1"), ("apiToken", "t"), ("requestType", "event"), ("userId", "1"), ("event", "a\"b=c&d%41+"),
      ("param_1", "\r\n--\r\n-"), ("param_2", "--b"), ("param_3", "\r\n\r\n"),
    ]
    let decoded = try decode(multipart(fields, "b"), type)
    #expect(decoded.event == "a\"b=c&d%41+")
    #expect(decoded.params == ["\r\n--\r\n-", "--b", "\r\n\r\n"])
  }

  @Test func otherWaysToWriteIt() throws {
    let body =
      "\r\n--b \t\r\ncontent-disposition:form-data;name=botId\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1\r\n"
      + "--b\r\nX-Other: 1\r\nContent-Disposition: FORM-DATA ; Name=\"apiToken\"\r\nContent-Transfer-Encoding: 8BIT\r\n"
      + "\r\nt\r\n--b\r\nContent-Disposition: form-data; name=\"a\\\"b\"\r\n\r\n\r\n"
      + "--b\r\nContent-Disposition: form-data; name=\"requestType\"\r\n\r\ngetOnline\r\n--b--\r\nepilogue"
    #expect(try decode(body, type).seconds == 120)
  }

  @Test func truncatedAnywhere() {
    let body = multipart(good, "b")
    // The last hyphens end it; the line break behind them isn't needed.
    for count in 0..<body.utf8.count - 2 {
      #expect(refusal(Array(body.utf8.prefix(count)), type)?.code == .invalidMultipart, "cut at \(count)")
    }
    #expect(refusal(Array(body.utf8.dropLast(2)), type) == nil)
  }

  @Test(
    arguments: [
      "--b\r\nContent-Disposition: form-data; name=\"doc\"; filename=\"x.txt\"\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"doc\"; filename*=UTF-8''x\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; filename=x; name=\"doc\"\r\n\r\nx\r\n--b--\r\n",
    ])
  func filesAreRefused(body: String) {
    #expect(refusal(body, type)?.code == .invalidMultipart)
    #expect(refusal(body, type)?.description.contains("file") == true)
  }

  @Test(
    arguments: [
      "--c\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--c--\r\n",
      "--b\nContent-Disposition: form-data; name=\"x\"\n\nx\n--b--\n",
      "--bX\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: attachment; name=\"x\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-dataX; name=\"x\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"x\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"x\\\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"x\"; y\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"x\"junk\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition:\r\n\r\nx\r\n--b--\r\n",
      "--b\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"x\"\r\nContent-Disposition: form-data; name=\"y\"\r\n\r\nx\r\n--b--\r\n",
      "--b\r\nContent-Disposition: form-data; name=\"x\"\r\nContent-Transfer-Encoding: base64\r\n\r\nx\r\n--b--\r\n",
      "preamble\r\n--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nx\r\n--b--\r\n",
      "", "--", "--b", "--b-", "\r\n", "\r\n--b",
    ])
  func malformed(body: String) {
    #expect(refusal(body, type)?.code == .invalidMultipart)
  }

  @Test func duplicates() {
    #expect(refusal(multipart(good + [("botId", "1")], "b"), type)?.code == .duplicateField)
    #expect(refusal(multipart(good + [("x", "1"), ("x", "1")], "b"), type)?.code == .duplicateField)
  }

  @Test func noBoundary() {
    #expect(refusal(multipart(good, "b"), .multipart(boundary: ""))?.code == .invalidMultipart)
  }

  @Test func onlyTheEnd() {
    #expect(refusal("--b--\r\n", type)?.code == .invalidBotID)
  }

  @Test func longAndMany() throws {
    let boundary = String(repeating: "-", count: 70)
    let hostile = String(repeating: "\r\n" + String(repeating: "-", count: 71), count: 10_000)
    let decoded = try decode(multipart(good + [("x", hostile)], boundary), .multipart(boundary: boundary))
    #expect(decoded.seconds == 9)
    let many = (0..<15_000).map { ("\($0)", "") }
    #expect(try decode(multipart(good + many, "b"), type).seconds == 9)
  }
}
