import HowUsedModel
import Redis

extension BotRecord {
  /// The records in the answer of `HGETALL`: fields and values by turns.
  /// - Parameter unreadable: told the field of what isn't a record.
  static func records(in fields: [RedisValue], unreadable: (String) -> Void = { _ in }) -> [BotID: BotRecord] {
    var records: [BotID: BotRecord] = [:]
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let field = fields[index].string ?? ""
      guard let id = Int64(field).flatMap(BotID.init(rawValue:)), let json = fields[index + 1].string,
        let record = BotRecord(id: id, json: json)
      else {
        unreadable(field)
        continue
      }
      records[id] = record
    }
    return records
  }
}
