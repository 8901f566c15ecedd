/// One bucket of time.
package struct RollupBucket: Hashable, Sendable {
  package let resolution: Resolution
  package let number: Int64

  package init(resolution: Resolution, number: Int64) {
    self.resolution = resolution
    self.number = number
  }

  package var start: Int64 { resolution.start(ofBucket: number) }
}
