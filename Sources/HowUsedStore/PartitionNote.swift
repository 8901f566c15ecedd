/// The number of partitions, noted in the data folder: for a server that starts while Redis can't be asked. What Redis
/// records counts; this is only the best guess until then.
struct PartitionNote {
  private let path: String

  init(dataFolder: String) { path = dataFolder + "/partitions" }

  /// Nil when there is no (sound) note.
  var count: Int? {
    guard let text = SmallFile.read(path), let count = Int(text.prefix { $0 != "\n" }) else { return nil }
    return KeySchema.partitionLimits.contains(count) ? count : nil
  }

  /// Without it everything works as long as Redis is there at the start; so that it can't be written is no error.
  func set(_ count: Int) {
    if count != self.count { try? SmallFile.write("\(count)\n", to: path) }
  }
}
