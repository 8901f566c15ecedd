/// How an event's number is written in it. Users and values come again and again, so that statistics and the table of users
/// stop growing after some minutes; each combination occurs once.
enum TortureEvent {
  static let bots = 1...8
  static let name = "tortured"
  static let apiToken = "torture-api-token"
  static let viewToken = "torture-view-token"
  private static let users = 500
  private static let values = 200

  /// The users of all events with numbers up to this are all there are.
  static let usersKnownAfter = users * 20

  static func user(_ number: Int) -> Int { 1 + number % users }

  /// The JSON fields of one event, without braces.
  static func fields(_ number: Int) -> String {
    let rest = number / users
    return #""event":"\#(name)","userId":\#(user(number)),"#
      + #""param_1":"p\#(rest % values)","param_2":"q\#(rest / values)""#
  }

  /// The number that those fields were made of; nil when they weren't.
  static func number(user: Int, first: String?, second: String?) -> Int? {
    guard let low = digits(first, "p"), let high = digits(second, "q"), (1...users).contains(user), low < values
    else { return nil }
    return (high * values + low) * users + user - 1
  }

  private static func digits(_ text: String?, _ prefix: Character) -> Int? {
    guard let text, text.first == prefix, let number = Int(text.dropFirst()), number >= 0 else { return nil }
    return number
  }

  static func body(bot: Int, numbers: Range<Int>) -> String {
    let head = #"{"botId":\#(bot),"apiToken":"\#(apiToken)""#
    if numbers.count == 1 {
      return head + #","requestType":"event",\#(fields(numbers.lowerBound))}"#
    }
    let items = numbers.map { "{\(fields($0))}" }.joined(separator: ",")
    return head + #","requestType":"events","events":[\#(items)]}"#
  }
}
