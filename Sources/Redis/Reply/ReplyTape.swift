/// Where a reply is put while it's parsed: one array of nodes in the order in which they arrive (an array right before
/// its elements), and one piece of memory with all texts behind each other.
///
/// hiredis would allocate each value, and each text once more. Both pieces of memory here are used again for the next
/// reply, so that a reply costs no allocation at all, and a reply of 100,000 values a few.
struct ReplyTape: ~Copyable {
  private static let smallestNodes = 64
  private static let smallestText = 4096
  /// What is larger after a reply is given back, so that one huge reply doesn't hold memory for ever.
  private static let largestKeptNodes = 1 << 17
  private static let largestKeptText = 1 << 23

  private(set) var nodes: UnsafeMutablePointer<ReplyNode>
  private(set) var text: UnsafeMutableRawPointer
  private var nodeCapacity: Int
  private var textCapacity: Int
  private var nodeCount = 0
  private var textCount = 0

  init() {
    nodeCapacity = Self.smallestNodes
    textCapacity = Self.smallestText
    nodes = .allocate(capacity: nodeCapacity)
    text = .allocate(byteCount: textCapacity, alignment: 16)
  }

  deinit {
    nodes.deallocate()
    text.deallocate()
  }

  /// Forgets the reply that is on the tape.
  mutating func clear() {
    nodeCount = 0
    textCount = 0
    if nodeCapacity > Self.largestKeptNodes {
      nodes.deallocate()
      nodeCapacity = Self.smallestNodes
      nodes = .allocate(capacity: nodeCapacity)
    }
    if textCapacity > Self.largestKeptText {
      text.deallocate()
      textCapacity = Self.smallestText
      text = .allocate(byteCount: textCapacity, alignment: 16)
    }
  }

  /// Appends a value and makes it the next element of the array at `parent`. Returns its position; nil when the reply
  /// has more values than can be counted (4 billion).
  mutating func append(_ kind: RedisReply.Kind, count: Int, value: Int, parent: Int?) -> Int? {
    let position = nodeCount
    guard let link = UInt32(exactly: position) else { return nil }
    if position == nodeCapacity { growNodes() }
    nodes[position] = ReplyNode(kind: kind, next: 0, count: count, value: value)
    nodeCount = position + 1
    if let parent {
      let last = nodes[parent].value
      if last != 0 { nodes[last].next = link }
      nodes[parent].value = position
    }
    return position
  }

  /// Copies `count` bytes and returns where they start.
  mutating func appendText(_ bytes: UnsafeRawPointer, count: Int) -> Int {
    let start = textCount
    if textCapacity - start < count { growText(count) }
    (text + start).copyMemory(from: bytes, byteCount: count)
    textCount = start + count
    return start
  }

  private mutating func growNodes() {
    let larger = UnsafeMutablePointer<ReplyNode>.allocate(capacity: nodeCapacity * 2)
    larger.moveInitialize(from: nodes, count: nodeCount)
    nodes.deallocate()
    nodes = larger
    nodeCapacity *= 2
  }

  private mutating func growText(_ more: Int) {
    let capacity = max(textCapacity * 2, textCount + more)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    larger.copyMemory(from: text, byteCount: textCount)
    text.deallocate()
    text = larger
    textCapacity = capacity
  }
}
