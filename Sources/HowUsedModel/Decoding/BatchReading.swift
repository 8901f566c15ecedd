/// The items of a batch as they are read: the good ones, and what is wrong with the others. The arrays keep their memory.
struct BatchReading {
  private var items: [EventRequest] = []
  private var errors: [ItemError] = []
  private var itemCount = 0
  private var badCount = 0
  private var isArray = false

  mutating func removeAll() {
    guard isArray else { return }
    items.removeAll(keepingCapacity: true)
    errors.removeAll(keepingCapacity: true)
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
      var item = try RequestDecoder.event(.event, Self.placeholder, .empty, fields, reader)
      item.time = try reader.backfillTime(fields[.time])
      items.append(item)
    } catch {
      refuse(error)
    }
  }

  /// An item that is no object.
  mutating func appendOther(_ value: FieldValue) {
    itemCount += 1
    guard itemCount <= Limits.batchItems.upperBound else { return }
    refuse(RequestError(.invalidEvents, "an item must be an object, got \(value.kind.words)"))
  }

  private mutating func refuse(_ error: RequestError) {
    badCount += 1
    guard errors.count < Limits.reportedItems else { return }
    errors.append(
      ItemError(index: itemCount - 1, field: error.field, code: error.code, description: error.description)
    )
  }

  /// The whole batch, or what is wrong with it.
  mutating func request(
    _ botID: BotID,
    _ token: TextSlice,
    isJSON: Bool,
    wasSent: Bool
  ) throws(RequestError) -> EventBatch {
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
    guard badCount == 0 else {
      throw refusal("\(badCount) of \(itemCount) events are invalid, so nothing was stored", errors)
    }
    for index in items.indices {
      items[index].botID = botID
      items[index].token = token
    }
    return EventBatch(botID: botID, token: token, items: items)
  }

  private static var placeholder: BotID { BotID.smallest }
}
