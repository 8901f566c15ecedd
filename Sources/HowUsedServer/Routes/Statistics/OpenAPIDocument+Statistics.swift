import HowUsedStatistics

extension OpenAPIDocument {
  /// The paths of the statistics.
  static let statistics = #"""
    "/stats": {
     "get": {
      "operationId": "stats", "summary": "A metric as time series",
      "parameters": [
       \#(bot),
       {
        "name": "metric", "in": "query",
        "description": "What to count, one or (in JSON) several of these separated by commas: uses; different users; new users, by their registration and what they did first; the highest online count; or users who were active within 1, 7 and 30 days",
        "schema": {"type": "string", "default": "uses", "pattern": "^(uses|users|new|online|active)(,(uses|users|new|online|active))*$"}
       },
       \#(which),
       {
        "name": "segment", "in": "query", "description": "One series for each event or value",
        "schema": {"type": "string", "enum": ["event", "param_1", "param_2", "param_3"]}
       },
       \#(when),
       {
        "name": "divider", "in": "query",
        "description": "The length of a bucket. Minutes are kept for 48 hours, quarters of an hour, hours and local days for 400 days, days of UTC for ever. Minutes are aligned in UTC; hours begin at full hours of the time zone and where its clocks are set, days with their first instant, weeks on Mondays.",
        "schema": {"type": "string", "enum": ["auto", "1m", "5m", "15m", "1h", "24h", "7d"], "default": "auto"}
       },
       {
        "name": "compare", "in": "query", "description": "Adds as many buckets directly before. Not with `segment`.",
        "schema": {"type": "string", "enum": ["previous"]}
       },
       \#(parameters("format"))
      ],
      "responses": {\#(answer("The series, the largest 20 and the rest as `__other__`", "Charts", hasTable: true))},
      \#(security)
     }
    },
    "/summary": {
     "get": {
      "operationId": "summary", "summary": "Today, yesterday and online now",
      "parameters": [\#(bot), \#(parameters("tz"))],
      "responses": {\#(answer("Both days", "Summary"))},
      \#(security)
     }
    },
    "/top": {
     "get": {
      "operationId": "top", "summary": "Events, or values of a param, the largest first",
      "parameters": [
       \#(bot),
       {
        "name": "by", "in": "query", "required": true, "description": "What to list",
        "schema": {"type": "string", "enum": ["event", "param_1", "param_2", "param_3"]}
       },
       \#(which), \#(when),
       {
        "name": "search", "in": "query", "description": "Only names with this in them, whatever the case",
        "schema": {"type": "string"}
       },
       {
        "name": "sort", "in": "query",
        "schema": {"type": "string", "enum": ["uses", "users"], "default": "uses"}
       },
       {
        "name": "limit", "in": "query", "description": "How many rows",
        "schema": {
         "type": "integer", "minimum": \#(TopQuery.limits.lowerBound), "maximum": \#(TopQuery.limits.upperBound),
         "default": 10
        }
       },
       {
        "name": "offset", "in": "query", "description": "How many rows come before",
        "schema": {"type": "integer", "minimum": 0, "maximum": \#(QuestionParser.offsetLimit), "default": 0}
       }
      ],
      "responses": {\#(answer("The rows, for the time that `/stats` has with divider=auto", "TopList"))},
      \#(security)
     }
    },
    "/retention": {
     "get": {
      "operationId": "retention", "summary": "How many of those who registered in a day or week came back later",
      "parameters": [
       \#(bot),
       {
        "name": "unit", "in": "query", "description": "Of 12 weeks or 30 days when no time is given",
        "schema": {"type": "string", "enum": ["day", "week"], "default": "week"}
       },
       \#(which), \#(when), \#(parameters("format"))
      ],
      "responses": {\#(answer("At most \(RetentionQuery.cohortLimit) cohorts", "Retention", hasTable: true))},
      \#(security)
     }
    },
    "/events": {
     "get": {
      "operationId": "events", "summary": "The last events, the newest first",
      "parameters": [
       \#(bot),
       {
        "name": "limit", "in": "query", "description": "How many",
        "schema": {
         "type": "integer", "minimum": \#(RecentEvents.limits.lowerBound),
         "maximum": \#(RecentEvents.limits.upperBound), "default": \#(RecentEvents.limits.upperBound)
        }
       }
      ],
      "responses": {\#(answer("The events", "RecentEvents"))},
      \#(security)
     }
    },
    "/online": {
     "get": {
      "operationId": "online",
      "summary": "How many users were seen in the last so many seconds",
      "parameters": [
       \#(bot),
       {
        "name": "seconds", "in": "query",
        "description": "Up to 10 windows, separated by commas; above 600 is 600",
        "schema": {
         "type": "string", "default": "120", "pattern": "^[0-9]+(,[0-9]+)*$", "examples": ["60,120,600"]
        }
       }
      ],
      "responses": {
       "200": {
        "description": "The counts",
        "content": {
         "application/json": {
          "schema": {
           "type": "object", "required": ["ok", "online"],
           "properties": {
            "ok": {"const": true},
            "online": {"$ref": "#/components/schemas/Windows"}
           }
          }
         }
        }
       },
       \#(failures)
      },
      \#(security)
     }
    },
    "/live": {
     "get": {
      "operationId": "live",
      "summary": "The online count each second, as server-sent events",
      "parameters": [
       \#(bot),
       {
        "name": "seconds", "in": "query", "description": "The window of `online`",
        "schema": {"type": "integer", "minimum": 1, "default": 120}
       }
      ],
      "responses": {
       "200": {
        "description": "Events whose data is JSON: `time` in unix milliseconds, `online`, `windows` with the online counts of 60, 120, 300 and 600 seconds, `uses` of the last minute, and `asOf`, through when everything that arrived is counted, in unix milliseconds",
        "content": {"text/event-stream": {"schema": {"type": "string"}}}
       },
       \#(failures)
      },
      \#(security)
     }
    }
    """#

  private static let bot = parameters("id", "token")
  private static let which = parameters("event", "param_1", "param_2", "param_3", "type")
  private static let when = parameters("period", "from", "to", "tz")
  private static let security = #""security": [{}, {"bearer": []}]"#

  /// The answers of what has an `ETag`.
  private static func answer(_ description: String, _ schema: String, hasTable: Bool = false) -> String {
    #"""
    "200": {
     "description": "\#(description)",
     "headers": {"ETag": {"schema": {"type": "string"}}},
     "content": {
      "application/json": {"schema": {"$ref": "#/components/schemas/\#(schema)"}}\#(hasTable ? table : "")
     }
    },
    "304": {"$ref": "#/components/responses/NotModified"},
    \#(failures)
    """#
  }

  private static let table = #", "text/csv": {"schema": {"type": "string"}}"#

  private static let failures = ##"""
    "400": {"$ref": "#/components/responses/BadRequest"},
    "401": {"$ref": "#/components/responses/Unauthorized"},
    "503": {"$ref": "#/components/responses/Unavailable"},
    "default": {"$ref": "#/components/responses/Other"}
    """##
}
