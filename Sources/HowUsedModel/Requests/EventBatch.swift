/// A valid `events`. Every item has the batch's bot and token.
///
/// The array is the decoder's own, used again for the next batch: let go of it before decoding again, or it is copied.
package struct EventBatch: Sendable, Equatable {
  package var botID: BotID
  package var token: TextSlice
  package var items: [EventRequest]
}
