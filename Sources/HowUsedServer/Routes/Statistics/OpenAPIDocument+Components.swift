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
       "description": "Time zone, as in the IANA database, in which days and weeks begin",
       "schema": {"type": "string", "default": "UTC", "examples": ["Europe/Moscow"]}
      }
     },
     "responses": {
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
      "Chart": {
       "type": "object", "required": ["ok", "from", "to", "step", "time", "series"],
       "properties": {
        "ok": {"const": true}, "metric": {"type": "string"},
        "from": {"type": "integer", "description": "Unix seconds"}, "to": {"type": "integer"},
        "step": {"type": "integer", "description": "Seconds"},
        "time": {
         "type": "array", "items": {"type": "integer"},
         "description": "Where each bucket begins, in unix seconds"
        },
        "series": {
         "type": "array",
         "items": {
          "type": "object", "required": ["name", "total", "values"],
          "properties": {
           "name": {"type": "string", "description": "The event or value; `all` when not segmented"},
           "total": {
            "type": "integer",
            "description": "Of uses and new users the sum, of users how many different ones there were in all, of online the highest"
           },
           "values": {"type": "array", "items": {"type": "integer"}}
          }
         }
        },
        "approximate": {
         "const": true,
         "description": "A number is an estimate with a standard error of 0.81 %. Up to 1,000 users in a bucket (500 in a minute) are counted exactly."
        },
        "unattributedUses": {
         "type": "integer",
         "description": "Uses in buckets that had more than 2,000 combinations of event and params: part of `__other__`, or, with a filter, of nothing"
        },
        "crowdedBuckets": {
         "type": "integer",
         "description": "Buckets in which not all events' and values' users were counted one by one, so that a number may be too low"
        },
        "omittedSeries": {"type": "integer", "description": "Smaller series that are not in `__other__`"},
        "note": {"$ref": "#/components/schemas/Note"}, "noteCode": {"$ref": "#/components/schemas/NoteCode"}
       }
      },
      "Note": {"type": "string", "description": "What is special about the buckets, for a person"},
      "NoteCode": {
       "type": "string", "enum": ["utc_days", "whole_hours"],
       "description": "The same for a program: days in UTC instead of the time zone; days that begin up to an hour before midnight"
      },
      "Windows": {
       "type": "object", "description": "Users by window, in seconds",
       "additionalProperties": {"type": "integer"}, "examples": [{"60": 12, "120": 20}]
      },
      "Day": {
       "type": "object", "required": ["users", "uses", "new", "peakOnline", "change", "comparedWith"],
       "properties": {
        \#(figures),
        "change": {
         "type": "object",
         "description": "Against the day before, 0.5 being half as much more; null when there was nothing",
         "additionalProperties": {"type": ["number", "null"]}
        },
        "comparedWith": {
         "type": "object",
         "description": "What `change` compares with: of a day that isn't over, the day before up to the same time of day, to the nearest minute",
         "properties": {"from": {"type": "integer", "description": "Unix seconds"}, "to": {"type": "integer"}, \#(figures)}
        }
       }
      },
      "Top": {
       "type": "array",
       "items": {
        "type": "object", "required": ["name", "uses", "users"],
        "properties": {"name": {"type": "string"}, "uses": {"type": "integer"}, "users": {"type": "integer"}}
       }
      },
      "Summary": {
       "type": "object",
       "required": ["ok", "bot", "tz", "online", "today", "yesterday", "topEvents", "topParams"],
       "properties": {
        "ok": {"const": true},
        "bot": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        "tz": {"type": "string"}, "online": {"$ref": "#/components/schemas/Windows"},
        "today": {"$ref": "#/components/schemas/Day"}, "yesterday": {"$ref": "#/components/schemas/Day"},
        "topEvents": {"$ref": "#/components/schemas/Top"},
        "topParams": {
         "type": "object",
         "properties": {
          "param_1": {"$ref": "#/components/schemas/Top"}, "param_2": {"$ref": "#/components/schemas/Top"},
          "param_3": {"$ref": "#/components/schemas/Top"}
         }
        },
        "approximate": {"const": true, "description": "A number of users is an estimate"},
        "note": {"$ref": "#/components/schemas/Note"}, "noteCode": {"$ref": "#/components/schemas/NoteCode"}
       }
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

  private static let figures = #"""
    "users": {"type": "integer"}, "uses": {"type": "integer"}, "new": {"type": "integer"},
    "peakOnline": {"type": "integer", "description": "The highest number online, of 120 seconds"}
    """#
}
