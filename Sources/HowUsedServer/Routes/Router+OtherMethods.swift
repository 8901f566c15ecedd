import HTTPTypes
import HowUsedModel
import Hummingbird

extension Router {
  /// Makes a method that a path doesn't have an error that names those that it has; without it the path isn't found.
  /// To be called when all routes are there.
  func refuseOtherMethods() {
    for (_, routes) in Dictionary(grouping: routes, by: \.path.description) {
      guard let path = routes.first?.path else { continue }
      var allowed = Set(routes.map(\.method))
      // That one comes by itself.
      if allowed.contains(.get) { allowed.insert(.head) }
      let names = allowed.map(\.rawValue).sorted().joined(separator: ", ")
      for method in [.get, .head, .post, .put, .patch, .delete, .options, .trace] as [HTTPRequest.Method]
      where !allowed.contains(method) {
        on(path, method: method) { _, _ -> Response in throw RequestError.methodNotAllowed(allow: names) }
      }
    }
  }
}
