import HowUsedModel
import Testing

/// Bodies byte for byte as the clients named send them; captured from requests 2.34, Node 20 and curl 7.88.
@Suite struct RealClientTests {
  /// PRODUCT: `requests.post(url, data)`, every value as text and a float as registration time.
  @Test func pythonForm() throws {
    let decoded = try decode(
      "botId=1234567&apiToken=6e54f4a9-1c0a-4a1e-9c66-2f4f3f1f5a1b&requestType=event&userId=42"
        + "&event=%2Ftesting&userRegisterTime=1616161616.25",
      .classify("application/x-www-form-urlencoded")
    )
    #expect(decoded.botID == 1_234_567)
    #expect(decoded.token == "6e54f4a9-1c0a-4a1e-9c66-2f4f3f1f5a1b")
    #expect(decoded.userID == 42)
    #expect(decoded.event == "/testing")
    #expect(decoded.registerTime == 1_616_161_616)
  }

  @Test func pythonFormWithParams() throws {
    let decoded = try decode(
      "botId=1234567&apiToken=6e54f4a9&requestType=event&userId=-100123&event=%D1%80%D0%B5%D0%B3%D0%B8%D1%81%D1%82"
        + "%D1%80%D0%B0%D1%86%D0%B8%D1%8F&param_2=True&param_3=a+b%26c",
      .classify("application/x-www-form-urlencoded")
    )
    #expect(decoded.userID == -100_123)
    #expect(decoded.event == "регистрация")
    #expect(decoded.params == ["", "True", "a b&c"])
  }

  @Test func pythonJSON() throws {
    let decoded = try decode(
      #"{"botId": 1234567, "apiToken": "6e54f4a9", "requestType": "event", "userId": 42, "#
        + #""event": "\ud83d\ude80\u0441\u0442\u0430\u0440\u0442", "param_1": "a\"b"}"#,
      .classify("application/json")
    )
    #expect(decoded.event == "🚀старт")
    #expect(decoded.params == ["a\"b", "", ""])
  }

  /// The vendor's own example: `botId` as a string, `registerTime`, undefined keys absent. Without a header fetch says
  /// that a string is plain text.
  @Test(arguments: ["application/json", "text/plain;charset=UTF-8"])
  func fetchJSON(contentType: String) throws {
    let decoded = try decode(
      #"{"botId":"1234567","apiToken":"6e54f4a9","requestType":"event","userId":42,"event":"🚀старт","#
        + #""registerTime":1616161616,"param_2":null}"#,
      .classify(contentType)
    )
    #expect(decoded.botID == 1_234_567)
    #expect(decoded.event == "🚀старт")
    #expect(decoded.registerTime == 1_616_161_616)
    #expect(decoded.params == ["", "", ""])
  }

  @Test func fetchURLSearchParams() throws {
    let decoded = try decode(
      "botId=1&apiToken=t&requestType=getOnline&seconds=60",
      .classify("application/x-www-form-urlencoded;charset=UTF-8")
    )
    #expect(decoded.type == "getOnline")
    #expect(decoded.seconds == 60)
  }

  /// PHP's cURL, given an array, uses libcurl's MIME writer: the same bytes as `curl -F`.
  @Test func phpMultipart() throws {
    let boundary = "------------------------2897a2be487009fa"
    let fields = [
      ("botId", "1234567"), ("apiToken", "6e54f4a9"), ("requestType", "event"), ("userId", "42"),
      ("event", "регистрация"), ("param_1", ""),
    ]
    let decoded = try decode(
      multipart(fields, boundary),
      .classify("multipart/form-data; boundary=\(boundary)")
    )
    #expect(decoded.botID == 1_234_567)
    #expect(decoded.event == "регистрация")
    #expect(decoded.params == ["", "", ""])
  }

  @Test(arguments: ["----formdata-undici-063651548516", "271aac1988f5dcfe11810af651795d58"])
  func otherMultipart(boundary: String) throws {
    let fields = [
      ("botId", "1234567"), ("apiToken", "t"), ("requestType", "event"), ("userId", "42"), ("event", "🚀старт"),
      ("registerTime", "1616161616"),
    ]
    let decoded = try decode(multipart(fields, boundary), .classify("multipart/form-data; boundary=\(boundary)"))
    #expect(decoded.event == "🚀старт")
    #expect(decoded.registerTime == 1_616_161_616)
  }

  /// `curl -d '{…}'` calls it a form; other hands forget the header or write another.
  @Test(
    arguments: [
      "application/x-www-form-urlencoded", nil, "", "text/plain", "application/octet-stream", "application/xml",
      "multipart/form-data",
    ] as [String?]
  )
  func jsonUnderAnyType(contentType: String?) throws {
    let decoded = try decode(
      #"{"botId":1234567,"apiToken":"6e54f4a9","requestType":"getOnline"}"#,
      .classify(contentType)
    )
    #expect(decoded.seconds == 120)
  }

  @Test(
    arguments: [
      "application/x-www-form-urlencoded", nil, "", "text/plain", "application/json", "application/xml",
      "multipart/form-data",
    ] as [String?]
  )
  func formUnderAnyType(contentType: String?) throws {
    let decoded = try decode("botId=1&apiToken=t&requestType=getOnline", .classify(contentType))
    #expect(decoded.seconds == 120)
  }

  @Test func curlURLEncode() throws {
    let decoded = try decode(
      "botId=1234567&apiToken=6e54f4a9&requestType=event&userId=42&event=a+b%2B%D1%86",
      .classify("application/x-www-form-urlencoded")
    )
    #expect(decoded.event == "a b+ц")
  }

  /// Bytes above 0x7F that nobody encoded: `curl -d event=старт`.
  @Test func rawUTF8Form() throws {
    #expect(try decode("botId=1&apiToken=t&requestType=event&userId=1&event=старт", .form).event == "старт")
  }
}

func multipart(_ fields: [(String, String)], _ boundary: String) -> String {
  fields.map { name, value in
    "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
  }.joined() + "--\(boundary)--\r\n"
}
