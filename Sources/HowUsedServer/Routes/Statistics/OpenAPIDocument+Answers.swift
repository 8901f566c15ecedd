import HowUsedStatistics

extension OpenAPIDocument {
  /// The schemas of what the statistics answer.
  static let answers = #"""
    "Charts": {
     "oneOf": [
      {"$ref": "#/components/schemas/Chart"},
      {
       "type": "object", "required": ["ok", "charts"], "description": "Of several metrics, in the order in which they were asked for",
       "properties": {
        "ok": {"const": true}, "charts": {"type": "array", "items": {"$ref": "#/components/schemas/Chart"}}
       }
      }
     ]
    },
    "Chart": {
     "type": "object", "required": ["ok", "metric", "from", "to", "step", "time", "series", "asOf"],
     "properties": {
      "ok": {"const": true}, "metric": {"type": "string"}, \#(time),
      "step": {"type": "integer", "description": "Seconds"},
      "time": {"$ref": "#/components/schemas/Begins"},
      "series": {
       "type": "array",
       "items": {
        "type": "object", "required": ["name", "total", "values"],
        "properties": {
         "name": {
          "type": "string",
          "description": "The event or value, the empty one of events without that param; `all` when not segmented; `daily`, `weekly` and `monthly` of active users; `__unattributed__` of uses that a bot with too many different values of a param may have had with one that is filtered by"
         },
         "total": {
          "type": "integer",
          "description": "Of uses and new users the sum, of users how many different ones there were in all, of online the highest, of active users the last"
         },
         "values": {"$ref": "#/components/schemas/Counts"}
        }
       }
      },
      "stickiness": {
       "type": "array", "items": {"type": ["number", "null"]},
       "description": "Of active users: daily divided by monthly"
      },
      "previous": {
       "type": "object", "required": ["from", "to", "time", "values", "total"],
       "properties": {
        \#(time), "time": {"$ref": "#/components/schemas/Begins"}, "values": {"$ref": "#/components/schemas/Counts"},
        "total": {"type": "integer"}
       }
      },
      \#(ending)
     }
    },
    "Begins": {
     "type": "array", "items": {"type": "integer"}, "description": "When each bucket begins, in unix seconds"
    },
    "Counts": {"type": "array", "items": {"type": "integer"}, "description": "One for each bucket"},
    "AsOf": {
     "type": "integer", "description": "Through when everything that arrived is counted, in unix milliseconds"
    },
    "Approximate": {"const": true, "description": "Users were sampled, since there are millions"},
    "Note": {"type": "string", "description": "What is special about the buckets, for a person"},
    "NoteCode": {
     "type": "string", "enum": ["\#(TimelineNote.daysInUTC.rawValue)"],
     "description": "The same for a program: days of UTC instead of the time zone, since older ones are asked for"
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
       "properties": {\#(time), \#(figures)}
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
     "required": ["ok", "bot", "tz", "online", "today", "yesterday", "topEvents", "topParams", "asOf"],
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
      \#(ending)
     }
    },
    "TopList": {
     "type": "object", "required": ["ok", "by", "from", "to", "total", "rows", "asOf"],
     "properties": {
      "ok": {"const": true}, "by": {"type": "string"}, \#(time),
      "total": {"type": "integer", "description": "How many rows match, those that aren't shown included"},
      "rows": {
       "type": "array",
       "items": {
        "type": "object", "required": ["name", "uses", "users", "new", "change"],
        "properties": {
         "name": {"type": "string", "description": "The empty one is of events without that param"},
         "uses": {"type": "integer"}, "users": {"type": "integer", "description": "Different ones"},
         "new": {"type": "integer", "description": "Users who came in this time, by their first event"},
         "change": {
          "type": "object", "required": ["uses", "users"],
          "description": "Against the time of equal length directly before, 0.5 being half as much more; null when there was nothing",
          "properties": {"uses": {"type": ["number", "null"]}, "users": {"type": ["number", "null"]}}
         }
        }
       }
      },
      \#(ending)
     }
    },
    "Retention": {
     "type": "object", "required": ["ok", "unit", "from", "to", "cohorts", "asOf"],
     "properties": {
      "ok": {"const": true}, "unit": {"type": "string"}, \#(time),
      "cohorts": {
       "type": "array",
       "items": {
        "type": "object", "required": ["from", "to", "size", "returned"],
        "properties": {
         \#(time), "size": {"type": "integer", "description": "Users who registered in it"},
         "returned": {
          "type": "array", "items": {"type": "integer"},
          "description": "How many of them did something in it, in the next one, and so on up to the one that isn't over yet"
         }
        }
       }
      },
      \#(ending)
     }
    },
    "RecentEvents": {
     "type": "object", "required": ["ok", "events", "asOf"],
     "properties": {
      "ok": {"const": true},
      "events": {
       "type": "array",
       "items": {
        "type": "object", "required": ["id", "time", "event"],
        "properties": {
         "id": {"type": "string"}, "time": {"type": "integer", "description": "Unix milliseconds"},
         "event": {"type": ["string", "null"], "description": "null: a deprecated update"},
         "userId": {"type": "integer", "description": "With the API token"},
         "user": {"type": "string", "description": "With the view token: the last three digits", "examples": ["…042"]},
         "param_1": {"type": "string"}, "param_2": {"type": "string"}, "param_3": {"type": "string"}
        }
       }
      },
      "asOf": {"$ref": "#/components/schemas/AsOf"}
     }
    }
    """#

  private static let time = #"""
    "from": {"type": "integer", "description": "Unix seconds"}, "to": {"type": "integer"}
    """#

  private static let ending = ##"""
    "asOf": {"$ref": "#/components/schemas/AsOf"}, "approximate": {"$ref": "#/components/schemas/Approximate"},
    "note": {"$ref": "#/components/schemas/Note"}, "noteCode": {"$ref": "#/components/schemas/NoteCode"}
    """##

  private static let figures = #"""
    "users": {"type": "integer"}, "uses": {"type": "integer"}, "new": {"type": "integer"},
    "peakOnline": {"type": "integer", "description": "The highest number seen within two consecutive minutes"}
    """#
}
