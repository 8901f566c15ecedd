import Foundation
import TestSupport
import Testing

@testable import HowUsedModel

/// The scanner against Foundation's JSONSerialization: the same bodies are JSON to both, and say the same.
///
/// They differ, on purpose, in this only:
/// - a key sent twice: Foundation takes one of them, we refuse;
/// - nesting: Foundation goes 512 deep, we 16;
/// - numbers that a Double can't hold (`1e400`): Foundation refuses them, we know no Double and let the field decide;
/// - a comma behind the last value: Foundation takes it, RFC 8259 doesn't;
/// - numbers of more digits than a Double holds: Foundation rounds their last digit otherwise than Swift;
/// - the encoding: Foundation guesses UTF-16 and UTF-32 from NULs and byte order marks, we read UTF-8.
@Suite struct JSONOracleTests {
  @Test func agreesWithFoundation() throws {
    let (seed, count) = (TestRun.seed(), TestRun.count(100_000))
    var generated = GeneratedJSON(seed: seed)
    var tally = Tally()
    var fields = RequestFields()
    var scratch = TextScratch()
    for index in 0..<count {
      let body = generated.body()
      let difference = compare(body, &fields, &scratch, &tally)
      if let difference {
        Issue.record("seed \(seed), body \(index): \(difference)\n\(String(decoding: body, as: UTF8.self))\n\(body)")
        if tally.differences > 10 { return }
        tally.differences += 1
      }
    }
    print("JSON oracle: \(tally)")
    // The generator must not drift into making only one kind.
    #expect(tally.accepted > count / 4)
    #expect(tally.refused > count / 10)
    #expect(tally.setAside < count / 5)
  }

  private struct Tally {
    var accepted = 0
    var refused = 0
    var duplicates = 0
    var otherEncodings = 0
    var unrepresentable = 0
    var trailingCommas = 0
    var differences = 0

    var setAside: Int { duplicates + otherEncodings + unrepresentable + trailingCommas }
  }

  private func compare(
    _ body: [UInt8],
    _ fields: inout RequestFields,
    _ scratch: inout TextScratch,
    _ tally: inout Tally
  ) -> String? {
    if body.starts(with: [0xEF, 0xBB, 0xBF]) || body.starts(with: [0xFE, 0xFF]) || body.starts(with: [0xFF, 0xFE])
      || body.prefix(4).contains(0)
    {
      tally.otherEncodings += 1
      return nil
    }
    let ours = scan(body, &fields, &scratch)
    if ours?.kind == .duplicate {
      tally.duplicates += 1
      return nil
    }
    var theirs: [String: Any]?
    do {
      theirs = try JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed) as? [String: Any]
    } catch {
      let words = "\((error as NSError).userInfo)"
      if ours == nil, words.contains("not representable") || words.contains("does not fit") {
        tally.unrepresentable += 1
        return nil
      }
      if ours == nil { return "only Foundation refuses it: \(words)" }
    }
    guard let theirs else {
      tally.refused += 1
      return ours == nil ? "only Foundation says that it is no object" : nil
    }
    if let ours, isTrailingComma(ours, body) {
      tally.trailingCommas += 1
      return nil
    }
    if let ours { return "only we refuse it: \(ours.kind) at \(ours.offset)" }
    tally.accepted += 1
    for name in FieldName.allCases {
      if let difference = compare(name, fields[name], theirs[name.text], body, scratch) { return difference }
    }
    return nil
  }

  private func scan(_ body: [UInt8], _ fields: inout RequestFields, _ scratch: inout TextScratch) -> JSONError? {
    fields.removeAll()
    scratch.begin(bodyCount: body.count)
    // Exactly as much memory as the body has, so that a sanitizer sees any read beyond it.
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: body.count, alignment: 1)
    defer { memory.deallocate() }
    memory.copyBytes(from: body)
    var scanner = JSONScanner(UnsafeRawBufferPointer(memory), emptyBase: UnsafeRawPointer(scratch.base))
    do throws(JSONError) {
      if try scanner.openObject() {
        _ = try scanner.scanMembers(into: &fields, scratch: &scratch, stopsAtBatch: false)
      }
      try scanner.finish()
      return nil
    } catch {
      return error
    }
  }

  private func compare(
    _ name: FieldName,
    _ ours: FieldValue?,
    _ theirs: Any?,
    _ body: [UInt8],
    _ scratch: borrowing TextScratch
  ) -> String? {
    guard let ours, let theirs else {
      return (ours == nil) == (theirs == nil) ? nil : "\(name.text) is there for one only"
    }
    let range = Int(ours.slice.offset)..<Int(ours.slice.offset + ours.slice.count)
    let text =
      ours.slice.encoding == .scratch
      ? String(decoding: UnsafeRawBufferPointer(start: scratch.base, count: scratch.used)[range], as: UTF8.self)
      : String(decoding: body[range], as: UTF8.self)
    let isSame =
      switch ours.kind {
      case .text: (theirs as? String).map { Array($0.unicodeScalars) == Array(text.unicodeScalars) } ?? false
      case .boolean: isBoolean(theirs) && (theirs as? Bool) == (text == "true")
      case .integer: isNumber(theirs, Int64(text), Double(text))
      case .decimal: isNumber(theirs, nil, Double(text))
      case .null: theirs is NSNull
      case .array: theirs is [Any]
      case .object: theirs is [String: Any]
      case .brokenText: false
      }
    return isSame ? nil : "\(name.text) is \(ours.kind) \(text) to us, \(theirs) to Foundation"
  }

  private func isBoolean(_ value: Any) -> Bool {
    (value as? NSNumber).map { "\($0.objCType.pointee)" == "99" } ?? false
  }

  private func isNumber(_ value: Any, _ integer: Int64?, _ double: Double?) -> Bool {
    guard let number = value as? NSNumber, !isBoolean(value) else { return false }
    if let integer { return number.int64Value == integer }
    guard let double else { return false }
    return abs(number.doubleValue - double) <= 4 * double.ulp
  }

  private func isTrailingComma(_ fault: JSONError, _ body: [UInt8]) -> Bool {
    let offset = Int(fault.offset)
    guard fault.kind == .key || fault.kind == .value, offset < body.count,
      body[offset] == UInt8(ascii: "}") || body[offset] == UInt8(ascii: "]")
    else { return false }
    return body[..<offset].last { $0 > 0x20 } == UInt8(ascii: ",")
  }
}
