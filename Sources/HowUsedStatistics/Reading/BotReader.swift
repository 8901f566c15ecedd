import HowUsedArchive

/// Answers questions about one bot. All calls block and compute.
struct BotReader {
  let snapshot: BotSections
  let cache: ScanCache
  private let loader: SectionLoader
  /// Users are sampled: this many low bits of their hash must be 0.
  let sampleBits: Int

  /// With more known users than this, a part of them is counted and the rest concluded: of millions, a part tells the same
  /// within a tenth of a percent.
  static let exactUsers = 5_000_000

  private let deadline: ContinuousClock.Instant

  init(_ snapshot: BotSections, cache: ScanCache, deadline: ContinuousClock.Instant) throws {
    self.deadline = deadline
    self.snapshot = snapshot
    self.cache = cache
    loader = try SectionLoader()
    let users = try snapshot.userCount(loader)
    sampleBits = users > Self.exactUsers ? RadixSort.bits(below: users / Self.exactUsers + 1) : 0
  }

  var isSampled: Bool { sampleBits > 0 }

  /// - Throws: ``StatisticsUnavailable`` when it takes too long.
  private func checkDeadline() throws {
    guard ContinuousClock.now < deadline else {
      throw StatisticsUnavailable("the answer takes too long: ask for less time or fewer series")
    }
  }

  private func selection(_ filter: EventFilter, _ segment: ChartSegment?, includesUpdates: Bool = false) -> RowSelection
  {
    RowSelection(filter, segment, updatesName: snapshot.updatesName, includesUpdates: includesUpdates)
  }

  private func key(
    _ kind: ScanCache.Key.Kind,
    _ filter: EventFilter,
    _ segment: ChartSegment?,
    _ bounds: [Int64],
    _ base: BaseBucket,
    names: [[UInt8]] = [],
    hasOther: Bool = false
  ) -> ScanCache.Key {
    ScanCache.Key(
      kind: kind,
      bot: snapshot.bot,
      filter: filter,
      segment: segment,
      names: names,
      hasOther: hasOther,
      updatesName: snapshot.updatesName,
      sampleBits: kind == .uses ? 0 : sampleBits,
      start: bounds[0],
      step: bounds[1] - bounds[0],
      base: base,
      range: 0..<1
    )
  }

  /// Scans a time, from where an earlier scan of the same was.
  private func scan<State: ScanState>(
    _ key: ScanCache.Key,
    _ bounds: [Int64],
    from initial: State,
    _ add: (inout State, [Section]) throws -> Void
  ) throws -> State {
    let groups = try snapshot.groups(of: bounds[0]..<bounds[bounds.count - 1], base: key.base)
    let identities = groups.map { ScanCache.Group($0) }
    var openKey = key
    openKey.isOpen = true
    var state = initial
    var done = 0
    for key in [openKey, key] {
      guard let entry = cache.find(key), let known = entry.state as? State,
        let missing = entry.missing(identities, bounds)
      else { continue }
      state = known
      state.bounds = bounds
      done = entry.groups.count
      if missing.isEmpty, done == groups.count { return state }
      if key.isOpen { cache.forget(key) }
      if let last = groups.prefix(done).last, !missing.isEmpty {
        try self.add(&state, last.places.filter { missing.contains($0.identity) }, of: last, mayGrow: true, add)
      }
      break
    }
    // The last group may yet become more.
    let closed = min(groups.prefix(while: \.isInFiles).count, groups.count - 1)
    for (index, group) in groups.enumerated().dropFirst(done) {
      try self.add(&state, group.places, of: group, mayGrow: index >= closed, add)
      if index + 1 == closed { cache.keep(.init(groups: Array(identities.prefix(closed)), state: state), for: key) }
    }
    cache.keep(.init(groups: identities, state: state), for: openKey)
    return state
  }

  private func add<State: ScanState>(
    _ state: inout State,
    _ places: [SectionPlace],
    of group: SectionGroup,
    mayGrow: Bool,
    _ add: (inout State, [Section]) throws -> Void
  ) throws {
    try checkDeadline()
    state.begin(group.time, mayGrow: mayGrow)
    try add(&state, loader.load(places))
  }

  // MARK: Uses

  /// Uses of some series, in the order of `names`, then of all others together if `hasOther`.
  func uses(
    _ filter: EventFilter,
    _ segment: ChartSegment?,
    _ names: [[UInt8]],
    hasOther: Bool,
    _ timeline: Timeline
  ) throws -> UsesScan {
    let selection = selection(filter, segment)
    let numbers = SeriesNumbers(names, hasOther: hasOther)
    let key = key(.uses, filter, segment, timeline.bounds, timeline.base, names: names, hasOther: hasOther)
    return try scan(key, timeline.bounds, from: UsesScan(bounds: timeline.bounds)) { state, sections in
      for section in sections {
        try state.add(section, try SectionSeries(section, selection, adds: true) { numbers[$0] })
      }
    }
  }

  /// The uses of every value in the whole time, by value.
  func usesByValue(_ filter: EventFilter, _ segment: ChartSegment, _ timeline: Timeline) throws -> ValueUses {
    let selection = selection(filter, segment)
    let key = key(.uses, filter, segment, timeline.whole.bounds, timeline.base)
    return try scan(key, timeline.whole.bounds, from: ValueUses(bounds: timeline.whole.bounds)) { state, sections in
      for section in sections {
        let series = try SectionSeries(section, selection, adds: true) { Int32(state.names.number(of: $0)) }
        try state.uses.add(section, series)
      }
    }
  }

  // MARK: Users

  /// One series of users: different ones by point, and over the whole time.
  struct UserSeries {
    var values: [Int64]
    var total: Int64
  }

  /// Different users of some series, in the order of `names`, then of all others together if `hasOther`. With many users a
  /// few series at a time.
  func userCounts(
    _ filter: EventFilter,
    _ segment: ChartSegment?,
    _ names: [[UInt8]],
    hasOther: Bool,
    _ timeline: Timeline
  ) throws -> [UserSeries] {
    let numbers = SeriesNumbers(names, hasOther: hasOther)
    let users = min(try snapshot.userCount(loader) >> sampleBits, Self.exactUsers)
    let atOnce = min(max(Self.seenMemory / max(users / 8, 1), 1), Self.mostSeries)
    var series: [UserSeries] = []
    for start in stride(from: 0, to: numbers.count, by: atOnce) {
      let range = start..<min(start + atOnce, numbers.count)
      var key = key(.users, filter, segment, timeline.bounds, timeline.base, names: names, hasOther: hasOther)
      key.range = range
      let counts = try userCounts(key, selection(filter, segment), numbers, range, timeline)
      for index in range.indices {
        let total = scaled(counts.totals[index - start])
        let values = counts.values(of: index - start, points: timeline.count).map { scaled($0) }
        series.append(UserSeries(values: timeline.count == 1 ? [total] : values, total: total))
      }
    }
    return series
  }

  /// Bytes that the bits of users that were seen take at most, with more series there are more rounds.
  private static let seenMemory = 12 << 20
  /// They are numbered with 15 bits.
  private static let mostSeries = 1 << 15

  private func userCounts(
    _ key: ScanCache.Key,
    _ selection: RowSelection,
    _ numbers: SeriesNumbers,
    _ range: Range<Int>,
    _ timeline: Timeline
  ) throws -> UserCounts {
    let initial = UserScan(
      UserCounts(series: range.count),
      series: range.count,
      bounds: timeline.bounds,
      sampleBits: sampleBits,
      users: cache.directory(of: snapshot.bot)
    )
    let state = try scan(key, timeline.bounds, from: initial) { state, sections in
      try state.add(sections, selection) { name in
        let number = Int(numbers[name])
        return range.contains(number) ? Int32(number - range.lowerBound) : RowSelection.none
      }
    }
    return state.visitor
  }

  func scaled(_ count: Int64) -> Int64 { count << Int64(sampleBits) }

  func active(_ filter: EventFilter, _ bounds: [Int64], base: BaseBucket) throws -> ActiveCounts {
    let selection = selection(filter, nil)
    let directory = cache.directory(of: snapshot.bot)
    let initial = UserScan(ActiveCounts(), series: 1, bounds: bounds, sampleBits: sampleBits, users: directory)
    let state = try scan(key(.active, filter, nil, bounds, base), bounds, from: initial) { state, sections in
      try state.add(sections, series: sections.map { try selection.series(of: $0) { _ in 0 } })
    }
    return state.visitor
  }

  /// Tells who did what is asked for, and when.
  /// - Parameter users: that get the first numbers; ascending.
  func visit<Visitor: UserVisitor>(
    _ filter: EventFilter,
    _ timeline: Timeline,
    _ visitor: Visitor,
    users: [Int64]
  ) throws -> Visitor {
    let selection = selection(filter, nil)
    let directory = UserDirectory()
    _ = directory.numbers(of: users)
    var scan = UserScan(visitor, series: 1, bounds: timeline.bounds, sampleBits: sampleBits, users: directory)
    for group in try snapshot.groups(of: timeline.time, base: timeline.base) {
      try checkDeadline()
      let sections = try loader.load(group.places)
      scan.begin(group.time, mayGrow: false)
      try scan.add(sections, series: sections.map { try selection.series(of: $0) { _ in 0 } })
    }
    return scan.visitor
  }

  // MARK: New users

  /// Calls `body` with the point in which each user registered, and the series that the first event belongs to.
  func registrations(
    _ filter: EventFilter,
    _ segment: ChartSegment?,
    _ bounds: [Int64],
    _ number: (_ name: [UInt8]) -> Int32,
    _ body: (_ id: Int64, _ series: Int, _ point: Int) -> Void
  ) throws {
    let selection = selection(filter, segment, includesUpdates: true)
    try registrations().forEach(in: bounds[0]..<bounds[bounds.count - 1], selection, number) { id, seconds, series in
      guard series >= 0, let point = PointTable.point(at: seconds, bounds) else { return }
      body(id, Int(series), point)
    }
  }

  /// Everybody's first event.
  func registrations() throws -> Registrations {
    let closed = try snapshot.firstEventPlaces()
    let places = closed + snapshot.tail
    let groups = places.map { ScanCache.Group(SectionGroup($0)) }
    var key = key(.registrations, EventFilter(), nil, [0, 1], .day)
    var found = Registrations()
    var done = 0
    for isOpen in [true, false] where done == 0 {
      key.isOpen = isOpen
      guard let entry = cache.find(key), let known = entry.state as? Registrations, groups.starts(with: entry.groups)
      else { continue }
      found = known
      done = entry.groups.count
      if done == places.count { return found }
      if isOpen { cache.forget(key) }
    }
    for (index, place) in places.enumerated().dropFirst(done) {
      try checkDeadline()
      try found.add(loader.load(place))
      key.isOpen = index + 1 > closed.count
      if index + 1 == closed.count || index + 1 == places.count {
        cache.keep(.init(groups: Array(groups[...index]), state: found), for: key)
      }
    }
    return found
  }

  // MARK: Online

  /// The highest number of users within two minutes, of each point.
  func peaks(_ timeline: Timeline) throws -> [Int64] {
    let key = key(.online, EventFilter(), nil, timeline.bounds, timeline.base)
    let initial = PeakScan(bounds: timeline.bounds, users: cache.directory(of: snapshot.bot))
    let state = try scan(key, timeline.bounds, from: initial) { try $0.add($1) }
    return state.values
  }
}

/// The uses of values, in the order in which they were found.
struct ValueUses: ScanState {
  var names = TextTable()
  var uses: UsesScan

  init(bounds: [Int64]) { uses = UsesScan(bounds: bounds) }

  var bounds: [Int64] {
    get { uses.bounds }
    set { uses.bounds = newValue }
  }
  var size: Int { names.size + uses.size }

  /// Those that were kept as such and were used, the most used first, ties by name.
  func ranking() -> [(name: [UInt8], uses: Int64)] {
    (0..<names.count).map { (Array(names[UInt32($0)]), uses.total(of: $0)) }
      .filter { $0.1 > 0 && $0.0 != Section.otherValue }
      .sorted { SeriesOrder.precedes(($0.0, $0.1), ($1.0, $1.1)) }
  }

  /// Uses of values that weren't kept.
  var others: Int64 {
    (0..<names.count).reduce(0) {
      $0 + (names[UInt32($1)].elementsEqual(Section.otherValue) ? uses.total(of: $1) : 0)
    }
  }
}

/// The numbers of series by name.
struct SeriesNumbers {
  private let numbers: [[UInt8]: Int32]
  private let other: Int32
  let count: Int

  init(_ names: [[UInt8]], hasOther: Bool) {
    numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
    other = hasOther ? Int32(names.count) : RowSelection.none
    count = names.count + (hasOther ? 1 : 0)
  }

  subscript(name: [UInt8]) -> Int32 { numbers[name] ?? other }
}
