import Synchronization

/// Whether events are taken at present. Every request looks here; the service that watches Redis's memory sets it.
package final class IngestGate: Sendable {
  private let closed = Atomic(false)

  package init() {}

  package var isClosed: Bool {
    get { closed.load(ordering: .relaxed) }
    set { closed.store(newValue, ordering: .relaxed) }
  }
}
