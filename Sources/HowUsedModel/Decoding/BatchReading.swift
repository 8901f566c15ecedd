/// The items of a batch as they are read: the good ones, and what is wrong with the others. The arrays keep their memory.
struct BatchReading {
  private var items: [EventRequest] = []
  private var errors: [ItemError] = []
  /// Of the good items that have one: the item's place among all and among them, and its time, which can't be read before
  /// `sentAt` is known.
  private var times: [(index: Int, place: Int, value: FieldValue)] = []
  private var itemCount = 0
  private var badCount = 0
  private var isArray = false

  mutating func removeAll() {
    guard isArray else { return }
    items.removeAll(keepingCapacity: true)
    errors.removeAll(keepingCapacity: true)
    times.removeAll(keepingCapacity: true)
    itemCount = 0
    badCount = 0
    isArray = false
  }

  mutating func begin() { isArray = true }

  /// An item's bot and token are the batch's and are filled in at the end.
  mutating func append(_ fields: borrowing RequestFields, _ reader: FieldReader) {
    itemCount += 1
    // The batch will be refused; its items are only counted.
    guard itemCount <= Limits.batchItems.upperBound else { return }
    do throws(RequestError) {
      items.append(try RequestDecoder.event(.event, Self.placeholder, .empty, fields, reader))
    } catch {
      return refuse(error, itemCount - 1)
    }
    guard let time = fields[.time], time.kind != .null else { return }
    times.append((itemCount - 1, items.count - 1, time))
  }

  /// An item that is no object.
  mutating func appendOther(_ value: FieldValue) {
    itemCount += 1
    guard itemCount <= Limits.batchItems.upperBound else { return }
    refuse(RequestError(.invalidEvents, "an item must be an object, got \(value.kind.words)"), itemCount - 1)
  }

  private mutating func refuse(_ error: RequestError, _ index: Int) {
    badCount += 1
    // The first ones are told; those of times are found last.
    guard errors.count < 2 * Limits.reportedItems else { return }
    errors.append(
      ItemError(index: index, field: error.field, code: error.code, description: error.description)
    )
  }

  /// The whole batch, or what is wrong with it.
  mutating func request(
    _ botID: BotID,
    _ token: TextSlice,
    _ fields: borrowing RequestFields,
    _ reader: FieldReader,
    isJSON: Bool
  ) throws(RequestError) -> EventBatch {
    let wasSent = fields[.events] != nil
    func refusal(_ detail: String, _ items: [ItemError] = []) -> RequestError {
      RequestError(.invalidEvents, field: FieldName.events.text, detail, items: items)
    }
    guard isJSON else { throw refusal("a batch must be sent as JSON") }
    guard isArray else {
      throw refusal("events \(wasSent ? "must be" : "is missing; it must be") an array of 1 to 1000 objects")
    }
    guard Limits.batchItems.contains(itemCount) else {
      throw refusal("events must hold 1 to \(Limits.batchItems.upperBound) items, got \(itemCount)")
    }
    let difference = try reader.clockDifference(fields[.sentAt])
    for (index, place, value) in times {
      do throws(RequestError) {
        items[place].time = try reader.backfillTime(value, difference)
      } catch {
        refuse(error, index)
      }
    }
    guard badCount == 0 else {
      let first = errors.sorted { $0.index < $1.index }.prefix(Limits.reportedItems)
      throw refusal("\(badCount) of \(itemCount) events are invalid, so nothing was stored", Array(first))
    }
    for index in items.indices {
      items[index].botID = botID
      items[index].token = token
    }
    return EventBatch(botID: botID, token: token, items: items)
  }

  private static var placeholder: BotID { BotID.smallest }
}
