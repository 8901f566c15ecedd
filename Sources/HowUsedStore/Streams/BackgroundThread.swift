import Glibc
package import NIOCore
package import NIOPosix

/// A thread for those who follow the streams. It gives way to the threads that answer requests: what is counted and archived
/// a little later harms nobody.
package final class BackgroundThread: TaskExecutor {
  /// Niceness of those who must keep up with what comes in: enough to let others go first, and not so much that a machine
  /// that is always busy would let the streams grow.
  package static let following: CInt = 5
  /// Niceness of who makes the statistics' files: no stream waits for them.
  package static let maintenance: CInt = 10

  package let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  package let eventLoop: any EventLoop

  /// - Parameter niceness: added to the process's nice value.
  package init(niceness: CInt = following) {
    eventLoop = group.next()
    eventLoop.execute { Self.giveWay(niceness) }
  }

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }

  /// Of the calling thread only: that's how Linux has it.
  private static func giveWay(_ niceness: CInt) {
    let process = __priority_which_t(PRIO_PROCESS.rawValue)
    errno = 0
    // The main thread's: the one that made this thread may have given way itself.
    let current = getpriority(process, id_t(getpid()))
    if current != -1 || errno == 0 { setpriority(process, 0, current + niceness) }
  }
}
