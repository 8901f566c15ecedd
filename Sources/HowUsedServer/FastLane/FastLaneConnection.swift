import HummingbirdCore
package import NIOCore
import NIOHTTPTypes

/// One accepted connection. Hummingbird has nothing to do for it until, and unless, it is handed over.
package struct FastLaneConnection: ServerChildChannelValue {
  package let channel: any Channel
  /// The connection's HTTP messages once it was handed over; nil when it ended before that.
  let handedOver: EventLoopFuture<NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>?>
}
