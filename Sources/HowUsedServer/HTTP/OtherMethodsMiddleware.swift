import HTTPTypes
import HowUsedModel
import Hummingbird

/// Makes a method that a path doesn't have an error that names those that it has; without it the path isn't found.
///
/// To be added behind all routes: then it sees only what none of them takes, and any word that a client uses for a method.
struct OtherMethodsMiddleware<Context: RequestContext>: RouterMiddleware {
  /// Paths by their parts, nil for a part that may be anything; and their methods.
  private let paths: [(parts: [String?], methods: String)]

  init(_ router: Router<Context>) {
    paths = Dictionary(grouping: router.routes, by: \.path.description).values.compactMap { routes in
      guard let path = routes.first?.path else { return nil }
      var methods = Set(routes.map(\.method))
      // That one comes by itself.
      if methods.contains(.get) { methods.insert(.head) }
      let parts = Self.parts(path.description).map { part in part.contains { ":{*".contains($0) } ? nil : part }
      return (parts, methods.map(\.rawValue).sorted().joined(separator: ", "))
    }
  }

  func handle(
    _ request: Request,
    context: Context,
    next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let parts = Self.parts(request.uri.path)
    let path = paths.first { path in
      path.parts.count == parts.count
        && zip(path.parts, parts).allSatisfy { known, part in known.map { $0 == part } ?? true }
    }
    if let path { throw RequestError.methodNotAllowed(allow: path.methods) }
    return try await next(request, context)
  }

  private static func parts(_ path: String) -> [String] { path.split(separator: "/").map(String.init) }
}
