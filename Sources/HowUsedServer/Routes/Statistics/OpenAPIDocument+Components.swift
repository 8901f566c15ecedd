extension OpenAPIDocument {
  /// What the paths refer to.
  static let components = #"""
    {
     "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
     "schemas": {
      "Request": {
       "type": "object", "required": ["botId", "apiToken"],
       "properties": {
        "botId": {"type": ["integer", "string"], "description": "1 to 2^53"},
        "apiToken": {"type": "string", "description": "The API token; `getOnline` also takes the view token"},
        "requestType": {
         "type": "string", "enum": ["event", "getOnline", "events", "update"], "default": "update",
         "description": "`update` is deprecated: an event without a name, counted apart"
        },
        "event": {"type": "string", "description": "3 to 20 characters"},
        "userId": {
         "description": "A signed 64-bit integer other than 0, as a number or as text",
         "type": ["integer", "string"]
        },
        "param_1": {"type": "string", "description": "Up to 256 bytes"},
        "param_2": {"type": "string"}, "param_3": {"type": "string"},
        "userRegisterTime": {
         "type": ["number", "string"],
         "description": "Unix seconds. Without it, the time of the user's first event counts; one sent later replaces what was recorded."
        },
        "seconds": {"type": "integer", "minimum": 1, "default": 120, "description": "Of `getOnline`; above 600 is 600"},
        "events": {
         "type": "array", "minItems": 1, "maxItems": 1000,
         "description": "Of `events`, in JSON only; all are stored or none",
         "items": {
          "type": "object", "required": ["event", "userId"],
          "properties": {
           "event": {"type": "string", "description": "3 to 20 characters"},
           "userId": {
            "description": "A signed 64-bit integer other than 0, as a number or as text",
            "type": ["integer", "string"]
           },
           "param_1": {"type": "string", "description": "Up to 256 bytes"},
           "param_2": {"type": "string"}, "param_3": {"type": "string"},
           "userRegisterTime": {
            "type": ["number", "string"],
            "description": "Unix seconds. Without it, the time of the user's first event counts; one sent later replaces what was recorded."
           },
           "time": {
            "type": "number",
            "description": "Unix seconds, at most 7 days ago: for what couldn't be sent in time"
           }
          }
         }
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
        "note": {"type": "string", "description": "What is special about the buckets"}
       }
      },
      "Summary": {
       "type": "object",
       "properties": {
        "ok": {"const": true},
        "bot": {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}},
        "tz": {"type": "string"},
        "online": {
         "type": "object", "description": "Users by window, in seconds",
         "additionalProperties": {"type": "integer"}, "examples": [{"60": 12, "120": 20}]
        },
        "today": {
         "type": "object",
         "properties": {
          "users": {"type": "integer"}, "uses": {"type": "integer"}, "new": {"type": "integer"},
          "peakOnline": {"type": "integer"}
         }
        },
        "yesterday": {
         "type": "object",
         "properties": {
          "users": {"type": "integer"}, "uses": {"type": "integer"}, "new": {"type": "integer"},
          "peakOnline": {"type": "integer"}
         }
        },
        "change": {
         "type": "object",
         "description": "Today against yesterday, 0.5 being half as much more; null when there was nothing yesterday",
         "additionalProperties": {"type": ["number", "null"]}
        },
        "topEvents": {
         "type": "array",
         "items": {
          "type": "object",
          "properties": {"name": {"type": "string"}, "uses": {"type": "integer"}, "users": {"type": "integer"}}
         }
        },
        "topParams": {
         "type": "object",
         "properties": {
          "param_1": {
           "type": "array",
           "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "uses": {"type": "integer"}, "users": {"type": "integer"}}
           }
          },
          "param_2": {
           "type": "array",
           "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "uses": {"type": "integer"}, "users": {"type": "integer"}}
           }
          },
          "param_3": {
           "type": "array",
           "items": {
            "type": "object",
            "properties": {"name": {"type": "string"}, "uses": {"type": "integer"}, "users": {"type": "integer"}}
           }
          }
         }
        },
        "approximate": {"const": true}
       }
      }
     }
    }
    """#
}
