/// A readable request that says who sends it.
///
/// Whether the rest of it is valid is told only to who is authorised: check `botID` and `token` first, then `body`.
package struct DecodedRequest: Sendable, Equatable {
  package let botID: BotID
  package let token: TextSlice
  package let body: Result<APIRequest, RequestError>
}
