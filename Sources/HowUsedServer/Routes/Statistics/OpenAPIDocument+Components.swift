import HowUsedModel

extension OpenAPIDocument {
  /// What the paths refer to, each once.
  static let components = #"""
    {
     "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
     "parameters": {
      "id": {
       "name": "id", "in": "query", "description": "The bot's id", "required": true,
       "schema": {"type": "integer", "minimum": 1, "maximum": 9007199254740992}
      },
      "token": {
       "name": "token", "in": "query", "schema": {"type": "string"},
       "description": "The bot's view token (its API token works too). Or send it as `Authorization: Bearer`."
      },
      "tz": {
       "name": "tz", "in": "query",
       "description": "Time zone, as in the IANA database, in which hours, days and weeks begin",
       "schema": {"type": "string", "default": "UTC", "examples": ["Europe/Moscow"]}
      },
      \#(filters)
     },
     "responses": {
      "NotModified": {"description": "The answer is the one that `If-None-Match` named"},
      "BadRequest": {"description": "A field is wrong: `field` names it", "content": \#(error)},
      "Unauthorized": {"description": "Unknown bot or wrong token: the same answer for both", "content": \#(error)},
      "TooLarge": {"description": "The body is too large", "content": \#(error)},
      "UnsupportedType": {"description": "The body's type is none of ours", "content": \#(error)},
      "TooMany": {"description": "The bot sends too many events a second", "headers": \#(retry), "content": \#(error)},
      "Unavailable": {
       "description": "Storage can't be reached, or too much is waiting", "headers": \#(retry), "content": \#(error)
      },
      "Other": {"description": "404, 405, 408 and 500 have the same form", "content": \#(error)}
     },
     "schemas": {
      \#(calls),
      "Error": {
       "type": "object", "required": ["ok", "error_code", "error", "description"],
       "properties": {
        "ok": {"const": false},
        "error_code": {"type": "integer", "description": "The HTTP status"},
        "error": {"type": "string", "description": "A stable word, one of these: \#(codes)"},
        "field": {"type": "string"},
        "description": {"type": "string", "description": "For a person"},
        "parameters": {"type": "object", "properties": {"retry_after": {"type": "integer", "description": "Seconds"}}},
        "errors": {
         "type": "array", "description": "Of `events`: what is wrong with which item",
         "items": {
          "type": "object", "required": ["index", "error", "description"],
          "properties": {
           "index": {"type": "integer"}, "field": {"type": "string"}, "error": {"type": "string"},
           "description": {"type": "string"}
          }
         }
        }
       }
      },
      \#(answers),
      "Windows": {
       "type": "object", "description": "Users by window, in seconds",
       "additionalProperties": {"type": "integer"}, "examples": [{"60": 12, "120": 20}]
      },
      "Health": {
       "type": "object", "required": ["status", "reasons", "version", "redis"],
       "properties": {
        "status": {"type": "string", "enum": ["ready", "not ready"]},
        "reasons": {"type": "array", "items": {"type": "string"}, "description": "Why it isn't ready, for a person"},
        "version": {"type": "string"},
        "redis": {
         "type": "object", "required": ["reachable"],
         "properties": {
          "reachable": {"type": "boolean"},
          "durability": {"type": "string", "enum": ["none", "everysec", "always", "unknown"]},
          "usedMemory": {"type": "integer", "description": "Bytes"},
          "memoryLimit": {"type": "integer", "description": "Bytes; 0 when it isn't known"}
         }
        },
        "streamLength": {"type": "integer", "description": "Events in Redis"},
        "archive": {"$ref": "#/components/schemas/Consumer"}, "statistics": {"$ref": "#/components/schemas/Consumer"}
       }
      },
      "Consumer": {
       "type": "object",
       "properties": {
        "lagSeconds": {
         "type": "number",
         "description": "Age of the oldest event that waits, whichever server works on it: up to about 1 when it keeps up, 0 when none waits; absent when it isn't known, and then `problem` says why"
        },
        "lagEvents": {
         "type": "integer",
         "description": "How many events wait, give or take those of a second; absent together with `lagSeconds`"
        },
        "problem": {"type": "string", "description": "What keeps it from going on, for a person"},
        "state": {
         "type": "string",
         "description": "Of the archive, for a person: whether this server archives, or stands by because another one does"
        },
        "partitions": {"type": "integer", "description": "Of the archive: how many partitions this server archives"},
        "overflowingBots": {
         "type": "array", "items": {"type": "integer"},
         "description": "Of statistics: bots that send more combinations of event and params than are counted one by one"
        }
       }
      }
     }
    }
    """#

  private static let error = ##"{"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}"##

  private static let retry = #"{"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds"}}"#

  private static let codes = ErrorCode.allCases.map(\.rawValue).joined(separator: ", ")
}
