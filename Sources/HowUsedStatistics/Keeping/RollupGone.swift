/// A file isn't there any more, or another one has its name: whoever reads takes the set that is there now, and begins
/// again.
struct RollupGone: Error, Sendable, Equatable {
  let path: String
}
