import ArgumentParser
import HowUsedModel
import HowUsedStore

extension BotID: ExpressibleByArgument {
  public init?(argument: String) {
    guard let number = Int64(argument) else { return nil }
    self.init(rawValue: number)
  }
}

extension BotAdministration {
  init(_ store: Store) { self.init(client: store.client, keys: store.keys) }
}
