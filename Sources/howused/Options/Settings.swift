import ArgumentParser
import Glibc
import Synchronization

/// The one way in which environment variables become options: they are the defaults.
///
///     @Option(help: .setting("port", "The port to listen on.")) var port: Int = Settings.value("port") ?? 8080
enum Settings {
  /// What was wrong with the environment; told by ``check()`` once it is certain that no help is asked for.
  private static let problems = Mutex<[String]>([])

  /// `archive-interval` → `HOWUSED_ARCHIVE_INTERVAL`
  static func variable(of flag: String) -> String {
    "HOWUSED_" + flag.uppercased().replacing("-", with: "_")
  }

  /// The value of the flag's environment variable; nil when it's unset or empty.
  static func value<Value: ExpressibleByArgument>(_ flag: String, as type: Value.Type = Value.self) -> Value? {
    guard let text = text(flag) else { return nil }
    if let value = Value(argument: text) { return value }
    var problem = "\(variable(of: flag)): \"\(text)\" is not a valid \(type == Int.self ? "number" : "value")"
    if !Value.allValueStrings.isEmpty { problem += "; it can be \(Value.allValueStrings.joined(separator: ", "))" }
    problems.withLock { $0.append(problem) }
    return nil
  }

  /// For `@Flag`: `1`, `true`, `yes` and `on`, or `0`, `false`, `no` and `off`.
  static func flag(_ flag: String) -> Bool {
    switch text(flag)?.lowercased() {
    case nil, "0", "false", "no", "off": return false
    case "1", "true", "yes", "on": return true
    case .some(let text):
      problems.withLock { $0.append("\(variable(of: flag)): \"\(text)\" is neither true nor false") }
      return false
    }
  }

  /// - Throws: a usage error for the first variable that couldn't be read.
  static func check() throws {
    if let problem = problems.withLock({ $0.first }) { throw ValidationError(problem) }
  }

  private static func text(_ flag: String) -> String? {
    guard let value = getenv(variable(of: flag)) else { return nil }
    let text = String(cString: value)
    return text.isEmpty ? nil : text
  }
}

extension ArgumentHelp {
  /// Help for an option that ``Settings`` reads from the environment too.
  static func setting(_ flag: String, _ text: String, valueName: String? = nil) -> ArgumentHelp {
    ArgumentHelp("\(text) [\(Settings.variable(of: flag))]", valueName: valueName)
  }
}
