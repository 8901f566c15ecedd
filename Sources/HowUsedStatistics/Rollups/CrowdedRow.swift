/// A row of a bot's generation beside which more visits wait than may.
struct CrowdedRow {
  let bot: Int64
  let generation: Int64
  let bucket: RollupBucket
}
