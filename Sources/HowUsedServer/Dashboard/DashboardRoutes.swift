import HTTPTypes
package import Hummingbird
import NIOCore

/// The chart page: at `/charts`, where `/` leads, at the hosted service's `/bin/charts/…` whatever follows, and its files.
package enum DashboardRoutes {
  package static func add<Context: RequestContext>(
    to router: some RouterMethods<Context>,
    assets: DashboardAssets = DashboardAssets()
  ) {
    for path in ["/charts", "/bin/charts", "/bin/charts/**"] as [RouterPath] {
      router.get(path) { request, _ in page(request, assets) }
    }
    // For who opens the server's address in a browser.
    router.get("/") { _, _ in Response(status: .found, headers: [.location: "/charts"]) }
    router.get("\(DashboardAssets.path)/:version/:name") { request, context in
      file(request, context, assets)
    }
  }

  private static func page(_ request: Request, _ assets: DashboardAssets) -> Response {
    let language = ContentNegotiation.language(
      of: DashboardAssets.languages,
      header: request.headers[.acceptLanguage]
    )
    var headers = DashboardHeaders.page(scriptHash: assets.scriptHash)
    headers[.contentLanguage] = language
    return respond(to: request, with: assets.page(language: language), headers: headers)
  }

  private static func file(_ request: Request, _ context: some RequestContext, _ assets: DashboardAssets) -> Response {
    guard let name = context.parameters.get("name"), let asset = assets.file(name) else {
      return Response(status: .notFound, headers: DashboardHeaders.common)
    }
    // A page of another version, kept in a tab across an update, gets today's file but mustn't keep it.
    let current = context.parameters.get("version").map { $0 == assets.version } ?? false
    return respond(to: request, with: asset, headers: current ? DashboardHeaders.lasting : DashboardHeaders.passing)
  }

  private static func respond(to request: Request, with asset: DashboardAsset, headers: HTTPFields) -> Response {
    let gzip = asset.gzip.flatMap { ContentNegotiation.acceptsGzip(request.headers) ? $0 : nil }
    let etag = asset.etag(gzip: gzip != nil)
    var headers = headers
    headers[.eTag] = etag
    if EntityTag.matches(request.headers[.ifNoneMatch], etag: etag) {
      return Response(status: .notModified, headers: headers)
    }
    headers[.contentType] = asset.contentType
    if gzip != nil { headers[.contentEncoding] = "gzip" }
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: gzip ?? asset.plain))
  }
}
