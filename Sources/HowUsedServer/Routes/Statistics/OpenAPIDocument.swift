/// What `/openapi.json` says.
enum OpenAPIDocument {
  static let text = #"""
    {"openapi":"3.1.0","info":{"title":"HowUsed","version":"1"},"paths":{}}
    """#
}
