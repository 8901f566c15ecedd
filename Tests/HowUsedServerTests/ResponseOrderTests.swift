import HowUsedModel
import HowUsedServer
import NIOCore
import TestSupport
import Testing

@Suite struct ResponseOrderTests {
  @Test func answersGoOutInTheOrderOfTheRequests() {
    var order = ResponseOrder()
    let places = (0..<4).map { _ in order.reserve() }
    order.fill(places[2], with: ByteBuffer(string: "c"))
    order.fill(places[1], with: ByteBuffer(string: "b"))
    #expect(order.take() == nil)
    order.fill(places[0], with: ByteBuffer(string: "a"))
    // An answer is owed until it was taken.
    #expect(order.outstanding == 4)
    #expect(order.take() == ByteBuffer(string: "abc"))
    #expect(order.take() == nil)
    #expect(order.outstanding == 1)
    #expect(order.reserve() == places[3] + 1)
  }

  @Test func aSlotThatWasTakenIsIgnored() {
    var order = ResponseOrder()
    let place = order.reserve()
    order.fill(place, with: ByteBuffer(string: "a"))
    #expect(order.take() != nil)
    order.fill(place, with: ByteBuffer(string: "again"))
    #expect(order.take() == nil)
    #expect(order.outstanding == 0)
  }

  @Test func everyOrderOfAnswersGivesTheSame() {
    var generator = SplitMix64(state: TestRun.seed())
    for _ in 0..<200 {
      var order = ResponseOrder()
      let places = (0..<8).map { _ in order.reserve() }
      var taken = ByteBuffer()
      for place in places.shuffled(using: &generator) {
        order.fill(place, with: ByteBuffer(string: "\(place)"))
        if Bool.random(using: &generator), let some = order.take() { taken.writeImmutableBuffer(some) }
      }
      if let rest = order.take() { taken.writeImmutableBuffer(rest) }
      #expect(taken == ByteBuffer(string: "01234567"))
      #expect(order.outstanding == 0)
    }
  }
}
