import Logging

/// Logs go to standard error, so that standard output holds what was asked for and nothing else.
enum StandardErrorLog {
  /// Sets the logging system up (the first time) and makes a logger.
  static func start(level: Logger.Level, label: String) -> Logger {
    _ = once
    var logger = Logger(label: label)
    logger.logLevel = level
    return logger
  }

  private static let once: Void = LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
}
