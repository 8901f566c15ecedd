import Dispatch
import Glibc
import Logging

/// Ends the process when it hasn't ended by itself some time after SIGTERM or Ctrl-C. A call to a disk that doesn't answer
/// can't be cancelled, nor can the thread that waits in it; and nothing is lost by going: what isn't sealed is in Redis.
///
/// It uses threads of its own, since all others may wait for that disk.
struct StopDeadline {
  private let sources: [any DispatchSourceSignal]

  /// - Parameters:
  ///   - limit: how long after the first of the signals.
  ///   - signals: which the process handles otherwise, too.
  init(_ limit: Duration, after signals: [Int32], logger: Logger) {
    let queue = DispatchQueue(label: "stop deadline")
    // Also the log may be on that disk.
    let logging = DispatchQueue(label: "stop deadline log")
    let milliseconds = Int(limit / .milliseconds(1))
    sources = signals.map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
          logging.async {
            logger.critical("not stopped in time, so ended: does the disk answer? What isn't archived is in Redis")
          }
          queue.asyncAfter(deadline: .now() + .milliseconds(200)) { _exit(1) }
        }
      }
      source.resume()
      return source
    }
  }

  /// To be called when all is done; it also keeps the deadline until then.
  func cancel() {
    for source in sources { source.cancel() }
  }
}
