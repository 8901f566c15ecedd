/// Statistics can't be read now, but will be soon: 503, to be asked again after a second.
package struct StatisticsUnavailable: Error, Equatable, CustomStringConvertible {
  /// For a person: what is missing.
  package let description: String

  package init(_ description: String) { self.description = description }
}
