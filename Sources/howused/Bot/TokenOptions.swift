import ArgumentParser
import Glibc
import HowUsedStore

/// Tokens that are brought along instead of made.
struct TokenOptions: ParsableArguments {
  @Option(
    help: .setting("api-token", "Use this as the API token: 16 to 128 visible ASCII characters.", valueName: "token")
  )
  var apiToken: Token?

  @Option(help: ArgumentHelp("Read the API token from this file's first line; - is standard input.", valueName: "file"))
  var apiTokenFile: String?

  @Option(help: .setting("view-token", "Likewise the view token.", valueName: "token"))
  var viewToken: Token?

  @Option(
    help: ArgumentHelp("Likewise from a file; both from - are two lines, the API token first.", valueName: "file")
  )
  var viewTokenFile: String?

  @Flag(help: "Take tokens of 8 to 15 characters, too, which can be guessed.")
  var allowShortTokens = false

  /// Shorter ones can be guessed, at some thousand guesses a second, if they aren't random.
  static let shortest = 16

  var givesAPI: Bool { apiToken != nil || apiTokenFile != nil }
  var givesView: Bool { viewToken != nil || viewTokenFile != nil }

  func validate() throws {
    if apiToken != nil, apiTokenFile != nil { throw ValidationError("give --api-token or --api-token-file, not both") }
    if viewToken != nil, viewTokenFile != nil {
      throw ValidationError("give --view-token or --view-token-file, not both")
    }
    try check(apiToken, "--api-token")
    try check(viewToken, "--view-token")
  }

  /// The tokens, from wherever they are.
  func read() throws -> (api: Token?, view: Token?) {
    let api = try apiTokenFile.map { try TokenFile.read($0, "--api-token-file") } ?? apiToken
    let view = try viewTokenFile.map { try TokenFile.read($0, "--view-token-file") } ?? viewToken
    let found = (api: api ?? Settings.value("api-token"), view: view ?? Settings.value("view-token"))
    // The environment was read by now.
    try Settings.check()
    try check(found.api, "the API token")
    try check(found.view, "the view token")
    return found
  }

  private func check(_ token: Token?, _ name: String) throws {
    guard let token, token.text.utf8.count < Self.shortest, !allowShortTokens else { return }
    throw ValidationError(
      """
      \(name): \(token.text.utf8.count) characters can be guessed, \(Self.shortest) are needed; --allow-short-tokens takes \
      them nevertheless
      """
    )
  }

  /// Prints tokens the one time that they are shown.
  static func show(api: Token?, view: Token?) {
    if let api { print("API token:  \(api.text)") }
    if let view { print("View token: \(view.text)") }
    print("Keep them now: they can't be shown again.")
  }
}

/// A token that isn't on a command line, where every user of the machine could read it.
enum TokenFile {
  /// - Parameters:
  ///   - path: `-` is standard input. The first line counts, without the white space around it.
  ///   - flag: what named it.
  static func read(_ path: String, _ flag: String) throws -> Token {
    let line: String?
    if path == "-" {
      line = readLine()
    } else {
      do {
        let bytes = try File.openForReading(path).read(at: 0, count: 4096)
        line = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).first.map
        {
          String($0)
        }
      } catch {
        throw CommandError("\(flag): \(path) can't be read: \(String(cString: strerror(error.code)))")
      }
    }
    let text = String((line ?? "").drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    guard let token = Token(text) else {
      let limits = Token.lengthLimits
      throw CommandError(
        "\(flag): the first line of \(path) is not \(limits.lowerBound) to \(limits.upperBound) visible ASCII characters"
      )
    }
    return token
  }
}

extension Token: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
