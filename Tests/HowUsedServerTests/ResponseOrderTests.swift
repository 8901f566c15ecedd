import HowUsedServer
import NIOCore
import Testing

@Suite struct ResponseOrderTests {
  @Test func answersGoOutInTheOrderOfTheRequests() {
    var order = ResponseOrder()
    let slots = (0..<4).map { _ in order.reserve() }
    order.fill(slots[2], with: ByteBuffer(string: "c"))
    order.fill(slots[1], with: ByteBuffer(string: "b"))
    #expect(order.takeNext() == nil)
    order.fill(slots[0], with: ByteBuffer(string: "a"))
    #expect((0..<3).map { _ in order.takeNext().map { String(buffer: $0) } } == ["a", "b", "c"])
    #expect(order.takeNext() == nil)
    #expect(order.outstanding == 1)
    #expect(order.reserve() == slots[3] + 1)
  }

  @Test func aSlotThatWasTakenIsIgnored() {
    var order = ResponseOrder()
    let slot = order.reserve()
    order.fill(slot, with: ByteBuffer(string: "a"))
    #expect(order.takeNext() != nil)
    order.fill(slot, with: ByteBuffer(string: "again"))
    #expect(order.takeNext() == nil)
    #expect(order.outstanding == 0)
  }
}
