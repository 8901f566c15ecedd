import Foundation
import HowUsedModel
import Testing

@Suite struct RequestErrorTests {
  @Test func json() {
    #expect(
      RequestError.unauthorized.json
        == #"{"ok":false,"error_code":401,"error":"unauthorized","description":"Unauthorized: unknown botId or wrong apiToken"}"#
    )
    #expect(
      RequestError.redisUnavailable(retryAfter: 3).json
        == #"{"ok":false,"error_code":503,"error":"redis_unavailable","description":"Service Unavailable: storage is not reachable; nothing was stored","parameters":{"retry_after":3}}"#
    )
  }

  /// Whatever a client sent, the answer is JSON and short.
  @Test func excerptsAreSafe() throws {
    for text in [
      #"\u0000\u001f\u007f\u0085\u2028\u202e\ufeff"#, #"\"\\\/"#, "<script>", String(repeating: "🚀", count: 1000),
      String(repeating: #"\u0001"#, count: 1000),
    ] {
      for body in [
        #"{"botId":"\#(text)"}"#, #"{"botId":1,"apiToken":"t","requestType":"\#(text)"}"#,
        #"{"\#(text)":1,"\#(text)":1}"#, "botId=\(text.replacing("%", with: ""))",
      ] {
        let error = try #require(refusal(body, .unknown))
        let object = try #require(try JSONSerialization.jsonObject(with: Data(error.json.utf8)) as? [String: Any])
        #expect(object["description"] as? String == error.description)
        #expect(object["error_code"] as? Int == 400)
        #expect(error.json.utf8.count < 600)
        #expect(!error.description.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
      }
    }
  }

  @Test func codesAreUniqueAndLowerCase() {
    #expect(Set(ErrorCode.allCases.map(\.rawValue)).count == ErrorCode.allCases.count)
    for code in ErrorCode.allCases {
      #expect(code.rawValue.allSatisfy { $0.isLowercase || $0 == "_" })
      #expect(RequestError(code, "x").description == "\(code.reason): x")
    }
  }
}
