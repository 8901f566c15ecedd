package import Hummingbird
package import NIOCore

/// What a route knows of its request. The channel is there so that a connection can be cut off whose reader has stopped
/// reading: writing to it would wait for ever.
package struct ServerContext: RequestContext {
  package var coreContext: CoreRequestContextStorage
  package let channel: any Channel

  package init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }
}
