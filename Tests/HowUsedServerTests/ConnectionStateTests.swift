import HowUsedServer
import Testing

@Suite struct ConnectionStateTests {
  @Test func handsOverAtOnceWhenNothingIsOwed() {
    var state = ConnectionState()
    #expect(state.unrecognizedBytes(outstanding: 0) == .handOver)
    #expect(state.mode == .handedOver)
    state.readNoMore()
    #expect(state.allAnswered() == .none, "Hummingbird ends it from here on")
  }

  @Test func handsOverOnlyAfterTheAnswersOwed() {
    var state = ConnectionState()
    #expect(state.unrecognizedBytes(outstanding: 2) == .none)
    #expect(state.mode == .handOverPending)
    state.peerHasFinished = true
    #expect(state.allAnswered() == .handOver, "also when the peer sends nothing more")
  }

  @Test func aClosingConnectionReadsNothingMore() {
    var state = ConnectionState()
    state.readNoMore()
    #expect(state.unrecognizedBytes(outstanding: 1) == .none)
    #expect(state.allAnswered() == .close)
  }

  @Test func aFinishedPeerIsAnsweredBeforeTheEnd() {
    var state = ConnectionState()
    #expect(state.allAnswered() == .none)
    state.peerHasFinished = true
    #expect(state.allAnswered() == .close)
  }

  @Test func anIdleConnectionIsClosedAndABusyOneIsNot() {
    var state = ConnectionState()
    state.lastActive = 5
    #expect(state.checked(15, outstanding: 0, idleChecks: 10, requestChecks: 3, headChecks: 2) == .none)
    #expect(state.checked(16, outstanding: 1, idleChecks: 10, requestChecks: 3, headChecks: 2) == .none)
    #expect(state.checked(16, outstanding: 0, idleChecks: 10, requestChecks: 3, headChecks: 2) == .abort)
  }

  @Test func aRequestThatTricklesInIsClosed() {
    var state = ConnectionState()
    state.incompleteSince = 4
    state.lastActive = 8
    #expect(state.checked(7, outstanding: 0, idleChecks: 10, requestChecks: 3, headChecks: 2) == .none)
    #expect(state.checked(8, outstanding: 0, idleChecks: 10, requestChecks: 3, headChecks: 2) == .abort)
  }

  @Test func aHandedOverConnectionIsCheckedToo() {
    var state = ConnectionState()
    _ = state.unrecognizedBytes(outstanding: 0)
    #expect(state.checked(10, outstanding: 0, idleChecks: 10, requestChecks: 3, headChecks: 2) == .none)
    #expect(state.checked(11, outstanding: 0, idleChecks: 10, requestChecks: 3, headChecks: 2) == .abort)
  }

  @Test func aClosingConnectionWhoseAnswersAreNotReadIsCut() {
    var state = ConnectionState()
    state.readNoMore()
    #expect(state.checked(10, outstanding: 1, idleChecks: 10, requestChecks: 3, headChecks: 2) == .none)
    #expect(state.checked(11, outstanding: 1, idleChecks: 10, requestChecks: 3, headChecks: 2) == .abort)
  }
}
