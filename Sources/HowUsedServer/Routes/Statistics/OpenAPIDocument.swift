/// What `/openapi.json` says: the API and the statistics (https://spec.openapis.org/oas/v3.1.0).
enum OpenAPIDocument {
  static let text = #"{"openapi":"3.1.0","info":\#(info),"paths":\#(paths),"components":\#(components)}"#

  private static let info = #"""
    {
     "title": "HowUsed", "version": "1",
     "description": "Counts how a chat bot is used. Events come in at `/api`; everything else reads, with a token, and may be called from any origin."
    }
    """#

  private static let paths = #"""
    {
     "/api": {
      "post": {
       "operationId": "call",
       "summary": "Store an event, or ask how many users are online",
       "description": "Also at `/` and, for bots of the hosted service, at `/bin/webhooks/6438/181/4opQGmB6OlHqqPRM`.",
       "requestBody": {
        "required": true,
        "content": {
         "application/json": {"schema": {"$ref": "#/components/schemas/Call"}},
         "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/FormCall"}},
         "multipart/form-data": {"schema": {"$ref": "#/components/schemas/FormCall"}}
        }
       },
       "responses": {
        "200": {
         "description": "Stored, or counted",
         "content": {
          "application/json": {
           "schema": {
            "type": "object", "required": ["ok"],
            "properties": {
             "ok": {"const": true},
             "onlineCount": {"type": "integer", "description": "Of `getOnline`"},
             "accepted": {"type": "integer", "description": "Of `events`"}
            }
           }
         }
         }
        },
        "400": {"$ref": "#/components/responses/BadRequest"},
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "413": {"$ref": "#/components/responses/TooLarge"},
        "415": {"$ref": "#/components/responses/UnsupportedType"},
        "429": {"$ref": "#/components/responses/TooMany"},
        "503": {"$ref": "#/components/responses/Unavailable"},
        "default": {"$ref": "#/components/responses/Other"}
       }
      }
     },
     "/stats": {
      "get": {
       "operationId": "stats", "summary": "A metric as time series",
       "parameters": [
        {"$ref": "#/components/parameters/id"},
        {"$ref": "#/components/parameters/token"},
        {
         "name": "metric", "in": "query",
         "description": "What to count: uses, different users, new users, or the highest online count",
         "schema": {"type": "string", "enum": ["uses", "users", "new", "online"], "default": "uses"}
        },
        {
         "name": "event", "in": "query", "description": "Only these events, separated by commas",
         "schema": {"type": "string"}
        },
        \#(param(1)),
        \#(param(2)),
        \#(param(3)),
        {
         "name": "segment", "in": "query",
         "description": "One series for each event or value. Users can be divided and filtered by one param at a time.",
         "schema": {"type": "string", "enum": ["event", "param_1", "param_2", "param_3"]}
        },
        {
         "name": "type", "in": "query",
         "description": "`update`: deprecated updates, which are counted apart until they are migrated",
         "schema": {"type": "string", "enum": ["event", "update"], "default": "event"}
        },
        {
         "name": "period", "in": "query",
         "description": "How long, up to `to`: a number and m, h, d or w",
         "schema": {"type": "string", "default": "24h", "pattern": "^[0-9]+[mhdw]$", "examples": ["30m", "3d"]}
        },
        {
         "name": "from", "in": "query",
         "description": "Instead of `period`: unix seconds, a date, or a time in UTC",
         "schema": {"type": "string"}
        },
        {
         "name": "to", "in": "query",
         "description": "Unix seconds, a date, or a time in UTC; now when absent",
         "schema": {"type": "string"}
        },
        {
         "name": "divider", "in": "query",
         "description": "The length of a bucket. Minutes are kept for 48 hours, hours for 90 days, days for 2 years.",
         "schema": {"type": "string", "enum": ["auto", "1m", "5m", "15m", "1h", "24h", "7d"], "default": "auto"}
        },
        {"$ref": "#/components/parameters/tz"},
        {
         "name": "format", "in": "query",
         "schema": {"type": "string", "enum": ["json", "csv"], "default": "json"}
        }
       ],
       "responses": {
        "200": {
         "description": "The series, the largest 20 and the rest as `__other__`",
         "headers": {"ETag": {"schema": {"type": "string"}}},
         "content": {
          "application/json": {"schema": {"$ref": "#/components/schemas/Chart"}},
          "text/csv": {"schema": {"type": "string"}}
         }
        },
        "304": {"description": "As the `If-None-Match` said"},
        "400": {"$ref": "#/components/responses/BadRequest"},
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "503": {"$ref": "#/components/responses/Unavailable"},
        "default": {"$ref": "#/components/responses/Other"}
       },
       "security": [{}, {"bearer": []}]
      }
     },
     "/summary": {
      "get": {
       "operationId": "summary", "summary": "Today, yesterday and online now",
       "parameters": [
        {"$ref": "#/components/parameters/id"},
        {"$ref": "#/components/parameters/token"},
        {"$ref": "#/components/parameters/tz"}
       ],
       "responses": {
        "200": {
         "description": "OK",
         "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Summary"}}}
        },
        "400": {"$ref": "#/components/responses/BadRequest"},
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "503": {"$ref": "#/components/responses/Unavailable"},
        "default": {"$ref": "#/components/responses/Other"}
       },
       "security": [{}, {"bearer": []}]
      }
     },
     "/online": {
      "get": {
       "operationId": "online",
       "summary": "How many users were seen in the last so many seconds",
       "parameters": [
        {"$ref": "#/components/parameters/id"},
        {"$ref": "#/components/parameters/token"},
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
         "description": "OK",
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
        "400": {"$ref": "#/components/responses/BadRequest"},
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "503": {"$ref": "#/components/responses/Unavailable"},
        "default": {"$ref": "#/components/responses/Other"}
       },
       "security": [{}, {"bearer": []}]
      }
     },
     "/live": {
      "get": {
       "operationId": "live",
       "summary": "The online count each second, as server-sent events",
       "parameters": [
        {"$ref": "#/components/parameters/id"},
        {"$ref": "#/components/parameters/token"},
        {
         "name": "seconds", "in": "query", "description": "The window",
         "schema": {"type": "integer", "minimum": 1, "default": 120}
        }
       ],
       "responses": {
        "200": {
         "description": "Events whose data is JSON: `time` in unix milliseconds, `online`, and `uses`, about how many there were in the last minute",
         "content": {"text/event-stream": {"schema": {"type": "string"}}}
        },
        "400": {"$ref": "#/components/responses/BadRequest"},
        "401": {"$ref": "#/components/responses/Unauthorized"},
        "503": {"$ref": "#/components/responses/Unavailable"},
        "default": {"$ref": "#/components/responses/Other"}
       },
       "security": [{}, {"bearer": []}]
      }
     },
     "/health": {
      "get": {
       "operationId": "health", "summary": "Whether events are taken and answered",
       "responses": {
        "200": {"description": "Ready", "content": \#(health)},
        "503": {"description": "Not ready: `reasons` tells why", "content": \#(health)}
       }
      }
     },
     "/charts": {
      "get": {
       "operationId": "charts", "summary": "The chart page",
       "parameters": [
        {
         "name": "id", "in": "query", "description": "The bot's id",
         "schema": {"type": "integer", "minimum": 1, "maximum": 9007199254740992},
         "required": false
        },
        {"$ref": "#/components/parameters/token"}
       ],
       "responses": {"200": {"description": "A page", "content": {"text/html": {"schema": {"type": "string"}}}}}
      }
     }
    }
    """#

  private static let health = ##"{"application/json": {"schema": {"$ref": "#/components/schemas/Health"}}}"##

  private static func param(_ number: Int) -> String {
    #"""
    {
     "name": "param_\#(number)", "in": "query",
     "description": "Only events with this value of param_\#(number); several when repeated",
     "schema": {"type": "array", "items": {"type": "string"}}, "style": "form", "explode": true
    }
    """#
  }
}
