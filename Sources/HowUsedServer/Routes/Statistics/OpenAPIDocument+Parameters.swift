import HowUsedModel
import HowUsedStatistics

extension OpenAPIDocument {
  /// The parameters that several of the statistics' questions have.
  static let filters = #"""
    "event": {
     "name": "event", "in": "query", "schema": {"type": "string", "examples": ["/start,help", "!/start"]},
     "description": "Only these events, separated by commas; with `!` in front all but these. A backslash takes the next character as it is. May be repeated, with `!` always or never; at most \#(QueryParameters.choiceLimit) values."
    },
    \#(param(1)),
    \#(param(2)),
    \#(param(3)),
    "type": {
     "name": "type", "in": "query",
     "description": "`update`: deprecated updates, which are counted apart until they are migrated",
     "schema": {"type": "string", "enum": ["event", "update"], "default": "event"}
    },
    "period": {
     "name": "period", "in": "query",
     "description": "How long, up to `to`: a number and m, h, d or w",
     "schema": {"type": "string", "default": "24h", "pattern": "^[0-9]+[mhdw]$", "examples": ["30m", "3d"]}
    },
    "from": {
     "name": "from", "in": "query",
     "description": "Instead of `period`: unix seconds, a date in the time zone, or an ISO time",
     "schema": {"type": "string", "examples": ["1795341600", "2026-11-22", "2026-11-22T10:00:00Z"]}
    },
    "to": {
     "name": "to", "in": "query", "description": "As `from`, itself not included; now when absent",
     "schema": {"type": "string"}
    },
    "format": {
     "name": "format", "in": "query", "description": "`csv` has times in UTC",
     "schema": {"type": "string", "enum": ["json", "csv"], "default": "json"}
    }
    """#

  private static func param(_ number: Int) -> String {
    #"""
    "param_\#(number)": {
     "name": "param_\#(number)", "in": "query", "style": "form", "explode": true,
     "description": "Only events with these values of param_\#(number), written as those of `event`. Events without it have the empty one.",
     "schema": {"type": "array", "items": {"type": "string"}}
    }
    """#
  }

  /// References to parameters.
  static func parameters(_ names: String...) -> String {
    names.map { ##"{"$ref": "#/components/parameters/\##($0)"}"## }.joined(separator: ", ")
  }
}
