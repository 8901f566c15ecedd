import ArgumentParser
import HowUsedStore

/// What is decided about Redis when the server starts.
struct PrivateRedisOptions: ParsableArguments {
  @Option(
    help: .setting(
      "durability",
      "When the private Redis syncs an event to disk: none (when the system likes), everysec (a power cut costs at most "
        + "two seconds), always (before the answer). (default: everysec)",
      valueName: "tier"
    )
  )
  var durability: Durability?

  @Option(
    help: .setting(
      "redis-memory",
      "The most memory that the private Redis takes, as in 512mb, 4gb or 60%. (default: half of the machine's)",
      valueName: "size"
    )
  )
  var redisMemory: MemoryLimit?

  @Option(
    help: .setting(
      "partitions",
      "Into how many streams events are spread. It is fixed by the first start. (default: 16)",
      valueName: "count"
    )
  )
  var partitions: Int?

  /// Puts what was asked for, on the command line or else in the environment, into the configuration.
  func apply(to configuration: inout StoreConfiguration) {
    configuration.durability = durability ?? Settings.value("durability")
    configuration.memory = redisMemory ?? Settings.value("redis-memory")
    // What the environment says is in it already.
    if let partitions { configuration.partitions = partitions }
  }

  func validate() throws {
    _ = Settings.value("durability", as: Durability.self)
    _ = Settings.value("redis-memory", as: MemoryLimit.self)
    if let partitions { try Self.check(partitions: partitions, by: "--partitions") }
  }

  /// - Parameter setting: what the number was given by.
  static func check(partitions: Int, by setting: String) throws {
    let limits = KeySchema.partitionLimits
    guard limits.contains(partitions) else {
      throw ValidationError("\(setting): \(partitions) is not within \(limits.lowerBound) to \(limits.upperBound)")
    }
  }
}

extension Durability: ExpressibleByArgument {}

extension MemoryLimit: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
