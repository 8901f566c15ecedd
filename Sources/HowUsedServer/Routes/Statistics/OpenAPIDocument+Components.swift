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
      "BadRequest": {"description": "A field is wrong: `field` names it", "content": {"application/json": \#(error)}},
      "Unauthorized": {
       "description": "Unknown bot or wrong token: the same answer for both", "content": {"application/json": \#(error)}
      },
      "TooLarge": {"description": "The body is too large", "content": {"application/json": \#(error)}},
      "UnsupportedType": {"description": "The body's type is none of ours", "content": {"application/json": \#(error)}},
      "TooMany": {"description": "Too many requests", "content": {"application/json": \#(error)}},
      "Unavailable": {
       "description": "Storage can't be reached, or too much is waiting: `Retry-After` tells when to come again",
       "content": {"application/json": \#(error)}
      }
     },
     "schemas": {
      "UserID": {
       "description": "A signed 64-bit integer other than 0, as a number or as text", "type": ["integer", "string"]
      },
      "EventName": {"type": "string", "description": "3 to 20 characters"},
      "Param": {"type": "string", "description": "Up to 256 bytes"},
      "RegisterTime": {
       "type": ["number", "string"],
       "description": "Unix seconds. Without it, the time of the user's first event counts; one sent later replaces what was recorded."
      },
      "Event": {
       "type": "object", "required": ["event", "userId"],
       "properties": {
        \#(eventFields),
        "time": {"type": "number", "description": "Unix seconds, at most 7 days ago: for what couldn't be sent in time"}
       }
      },
      "Request": {
       "type": "object", "required": ["botId", "apiToken"],
       "properties": {
        "botId": {"type": ["integer", "string"], "description": "1 to 2^53"},
        "apiToken": {"type": "string", "description": "The API token; `getOnline` also takes the view token"},
        "requestType": {
         "type": "string", "enum": ["event", "getOnline", "events", "update"], "default": "update",
         "description": "`update` is deprecated: an event without a name, counted apart"
        },
        \#(eventFields),
        "seconds": {"type": "integer", "minimum": 1, "default": 120, "description": "Of `getOnline`; above 600 is 600"},
        "events": {
         "type": "array", "minItems": 1, "maxItems": 1000, "items": {"$ref": "#/components/schemas/Event"},
         "description": "Of `events`, in JSON only; all are stored or none"
        }
       }
      },
      "Error": {
       "type": "object", "required": ["ok", "error_code", "error", "description"],
       "properties": {
        "ok": {"const": false},
        "error_code": {"type": "integer", "description": "The HTTP status"},
        "error": {"type": "string", "description": "A stable word"}, "field": {"type": "string"},
        "description": {"type": "string", "description": "For a person"},
        "parameters": {"type": "object", "properties": {"retry_after": {"type": "integer", "description": "Seconds"}}},
        "errors": {
         "type": "array", "description": "Of `events`: what is wrong with which item",
         "items": {
          "type": "object",
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
       "type": "object",
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
        "type": "object",
        "properties": {"name": {"type": "string"}, "uses": {"type": "integer"}, "users": {"type": "integer"}}
       }
      },
      "Summary": {
       "type": "object",
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
      }
     }
    }
    """#

  private static let error = ##"{"schema": {"$ref": "#/components/schemas/Error"}}"##

  private static let eventFields = #"""
    "event": {"$ref": "#/components/schemas/EventName"}, "userId": {"$ref": "#/components/schemas/UserID"},
    "param_1": {"$ref": "#/components/schemas/Param"}, "param_2": {"$ref": "#/components/schemas/Param"},
    "param_3": {"$ref": "#/components/schemas/Param"}, "userRegisterTime": {"$ref": "#/components/schemas/RegisterTime"}
    """#

  private static let figures = #"""
    "users": {"type": "integer"}, "uses": {"type": "integer"}, "new": {"type": "integer"},
    "peakOnline": {"type": "integer", "description": "The highest number online, of 120 seconds"}
    """#
}
