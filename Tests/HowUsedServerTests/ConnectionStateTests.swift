import HowUsedServer
import Testing

@Suite struct ConnectionStateTests {
  @Test func handsOverAtOnceWhenNothingIsOwed() {
    var state = ConnectionState()
    #expect(state.foreignBytes(outstanding: 0) == .handOver)
    #expect(state.mode == .handedOver)
    state.readNoMore()
    #expect(state.settled() == .none, "Hummingbird ends it from here on")
  }

  @Test func handsOverOnlyAfterTheAnswersOwed() {
    var state = ConnectionState()
    #expect(state.foreignBytes(outstanding: 2) == .none)
    #expect(state.mode == .handOverPending)
    state.peerHasFinished = true
    #expect(state.settled() == .handOver, "also when the peer sends nothing more")
  }

  @Test func aClosingConnectionReadsNothingMore() {
    var state = ConnectionState()
    state.readNoMore()
    #expect(state.foreignBytes(outstanding: 1) == .none)
    #expect(state.settled() == .close)
  }

  @Test func aFinishedPeerIsAnsweredBeforeTheEnd() {
    var state = ConnectionState()
    #expect(state.settled() == .none)
    state.peerHasFinished = true
    #expect(state.settled() == .close)
  }

  @Test func anIdleConnectionIsClosedAndABusyOneIsNot() {
    var state = ConnectionState()
    state.lastActiveSweep = 5
    #expect(state.swept(15, outstanding: 0, idleSweeps: 10, requestSweeps: 3) == .none)
    #expect(state.swept(16, outstanding: 1, idleSweeps: 10, requestSweeps: 3) == .none)
    #expect(state.swept(16, outstanding: 0, idleSweeps: 10, requestSweeps: 3) == .abort)
  }

  @Test func aRequestThatTricklesInIsClosed() {
    var state = ConnectionState()
    state.incompleteSince = 4
    state.lastActiveSweep = 8
    #expect(state.swept(7, outstanding: 0, idleSweeps: 10, requestSweeps: 3) == .none)
    #expect(state.swept(8, outstanding: 0, idleSweeps: 10, requestSweeps: 3) == .abort)
  }

  @Test func aHandedOverConnectionIsSweptToo() {
    var state = ConnectionState()
    _ = state.foreignBytes(outstanding: 0)
    #expect(state.swept(10, outstanding: 0, idleSweeps: 10, requestSweeps: 3) == .none)
    #expect(state.swept(11, outstanding: 0, idleSweeps: 10, requestSweeps: 3) == .abort)
  }

  @Test func aClosingConnectionWhoseAnswersAreNotReadIsCut() {
    var state = ConnectionState()
    state.readNoMore()
    #expect(state.swept(10, outstanding: 1, idleSweeps: 10, requestSweeps: 3) == .none)
    #expect(state.swept(11, outstanding: 1, idleSweeps: 10, requestSweeps: 3) == .abort)
  }
}
