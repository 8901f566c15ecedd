import HowUsedModel

/// Numbers events' users, and the combinations of their names and params.
struct EventTable {
  private var texts = (TextTable(), TextTable(), TextTable(), TextTable())
  private(set) var combinations = HashTable<TextNumbers>()
  private(set) var users = HashTable<Int64>()
  /// A fragment's bytes from the event's name to its last param say which combination it is: one look instead of five.
  /// Two that differ have the same 128 bits less often than memory fails, and nobody outside knows the seeds.
  private var spans = HashTable<TextHash>()
  private let seeds = (HashSeed.value, HashSeed.value ^ 0x6a09_e667_f3bc_c908)
  private var spanCombinations: [UInt32] = []

  mutating func user(_ event: ArchivedEvent) -> UInt32 { users.number(of: event.userID.rawValue) }

  /// - Parameter fragment: what the event's texts are slices of.
  @inline(__always)
  mutating func combination(_ event: ArchivedEvent, in fragment: UnsafeRawBufferPointer) -> UInt32 {
    // An update's params could look like an event's name.
    guard !event.event.isEmpty else { return combination(of: event, fragment) }
    let start = Int(event.event.offset)
    let last =
      !event.param3.isEmpty
      ? event.param3 : !event.param2.isEmpty ? event.param2 : !event.param1.isEmpty ? event.param1 : event.event
    let end = Int(last.offset) + Int(last.count)
    let text = UnsafeRawBufferPointer(rebasing: fragment[start..<end])
    let span = Int(spans.number(of: TextHash(text, seeds)))
    if span < spanCombinations.count { return spanCombinations[span] }
    let number = combination(of: event, fragment)
    spanCombinations.append(number)
    return number
  }

  private mutating func combination(of event: ArchivedEvent, _ fragment: UnsafeRawBufferPointer) -> UInt32 {
    func bytes(_ slice: TextSlice) -> UnsafeRawBufferPointer {
      let start = Int(slice.offset)
      return UnsafeRawBufferPointer(rebasing: fragment[start..<start + Int(slice.count)])
    }
    return combinations.number(
      of: TextNumbers(
        texts.0.number(of: bytes(event.event)),
        texts.1.number(of: bytes(event.param1)),
        texts.2.number(of: bytes(event.param2)),
        texts.3.number(of: bytes(event.param3))
      )
    )
  }

  /// Takes over what an event of another table is.
  mutating func take(combination: Int, user: Int, from other: EventTable) -> (combination: UInt32, user: UInt32) {
    let texts = other.texts(ofCombination: combination)
    let numbers = TextNumbers(
      self.texts.0.number(of: texts[0]),
      self.texts.1.number(of: texts[1]),
      self.texts.2.number(of: texts[2]),
      self.texts.3.number(of: texts[3])
    )
    return (combinations.number(of: numbers), users.number(of: other.users.keys[user]))
  }

  /// The event's name and its params.
  func texts(ofCombination combination: Int) -> [[UInt8]] {
    let numbers = combinations.keys[combination]
    return (0..<4).map { place in withTable(place) { Array($0[numbers[place]]) } }
  }

  /// The values of a dimension.
  func withTable<Result>(_ place: Int, _ body: (TextTable) -> Result) -> Result {
    switch place {
    case 0: body(texts.0)
    case 1: body(texts.1)
    case 2: body(texts.2)
    default: body(texts.3)
    }
  }
}
