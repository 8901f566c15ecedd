import HowUsedModel
import HowUsedServer

/// Reads one input as a connection's first bytes when it begins like a request, otherwise as a body: its first byte says
/// of which type. What must never happen ends the process, which is how libFuzzer learns of it.
enum RequestFuzzer {
  static func run(_ input: UnsafeRawBufferPointer) {
    if input.first == UInt8(ascii: "P") {
      readConnection(input)
    } else if let first = input.first {
      let types: [ContentType] = [.json, .form, .multipart(boundary: "b"), .unknown]
      BodyCheck.run(UnsafeRawBufferPointer(rebasing: input[1...]), types[Int(first) % types.count])
    }
  }

  private static func readConnection(_ input: UnsafeRawBufferPointer) {
    guard case .request(let request) = RequestRecognizer.recognize(input) else { return }
    let head = UnsafeRawBufferPointer(rebasing: input[..<request.headLength])
    for length in [request.headLength / 2, request.headLength - 1] {
      let start = UnsafeRawBufferPointer(rebasing: head[..<length])
      precondition(RequestRecognizer.recognize(start) == .incomplete, "half a head is no request")
    }
    var recent = RequestHeadCache()
    let type = ContentType.classify(UnsafeRawBufferPointer(rebasing: input[request.contentType]))
    recent.add(input, request, type)
    if let found = recent.find(input) {
      precondition(found.headLength == request.headLength && found.bodyLength == request.bodyLength, "a recent head")
      precondition(found.closes == request.closes, "a recent head's connection")
    }
    guard request.length <= input.count else { return }
    let whole = UnsafeRawBufferPointer(rebasing: input[..<request.length])
    let body = UnsafeRawBufferPointer(rebasing: whole[request.headLength...])
    let bodies = [Array(body)] + (request.closes ? [] : [DecoderOracle.secondBody])
    precondition(DecoderOracle.bodies(of: whole) == bodies, "the request's end")
    BodyCheck.run(body, type)
  }
}

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafeRawPointer?, _ count: Int) -> CInt {
  RequestFuzzer.run(UnsafeRawBufferPointer(start: bytes, count: count))
  return 0
}
