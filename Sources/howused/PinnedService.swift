import HowUsedStore
import ServiceLifecycle

/// Runs a service, and the tasks that it makes, on a thread of its own.
struct PinnedService: Service {
  let service: any Service
  let thread: BackgroundThread

  func run() async throws {
    try await withTaskExecutorPreference(thread) { try await service.run() }
  }
}
