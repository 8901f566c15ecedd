/// What was wrong with one item of a batch: the first thing found.
package struct ItemError: Sendable, Equatable {
  /// Its place in `events`, from 0.
  package let index: Int
  package let field: String?
  package let code: ErrorCode
  package let description: String
}
