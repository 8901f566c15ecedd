import Foundation

/// How busy the whole machine is: what is late on a machine that others keep busy says nothing about the servers.
enum MachineLoad {
  /// At one moment: for how long, since the machine's start, somebody waited for a processor; 0 where the kernel doesn't tell.
  struct Moment: Sendable {
    fileprivate let time = ContinuousClock.now
    /// Microseconds ("some" in /proc/pressure/cpu; Linux, Documentation/accounting/psi.rst).
    fileprivate let waited: Int

    /// 0 to 1: of the time since then, that in which somebody waited.
    var shareOfWaiting: Double {
      let passed = time.duration(to: .now) / .microseconds(1)
      return passed > 0 ? Double(MachineLoad.now.waited - waited) / passed : 0
    }

    var wasTooBusy: Bool { shareOfWaiting > 0.7 }
  }

  static var now: Moment {
    let text = (try? String(contentsOfFile: "/proc/pressure/cpu", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first ?? ""
    let total = line.split(separator: " ").last { $0.hasPrefix("total=") }?.dropFirst("total=".count)
    return Moment(waited: total.flatMap { Int($0) } ?? 0)
  }
}
