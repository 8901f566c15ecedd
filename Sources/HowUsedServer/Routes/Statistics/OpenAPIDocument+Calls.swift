import HowUsedModel

extension OpenAPIDocument {
  /// The schemas of what is posted to `/api`.
  static let calls = #"""
    "FormCall": {
     "oneOf": [
      {"$ref": "#/components/schemas/EventCall"}, {"$ref": "#/components/schemas/UpdateCall"},
      {"$ref": "#/components/schemas/OnlineCall"}
     ]
    },
    "Call": {
     "oneOf": [
      {"$ref": "#/components/schemas/EventCall"}, {"$ref": "#/components/schemas/UpdateCall"},
      {"$ref": "#/components/schemas/OnlineCall"}, {"$ref": "#/components/schemas/BatchCall"}
     ]
    },
    "EventCall": {
     "type": "object", "required": ["botId", "apiToken", "requestType", "event", "userId"],
     "properties": {\#(credentials), "requestType": {"const": "event"}, \#(eventFields)}
    },
    "UpdateCall": {
     "type": "object", "deprecated": true, "description": "An event without a name, counted apart",
     "required": ["botId", "apiToken", "userId"],
     "properties": {
      \#(credentials), "requestType": {"const": "update", "default": "update"},
      "userId": {"$ref": "#/components/schemas/UserID"},
      "userRegisterTime": {"$ref": "#/components/schemas/RegisterTime"}
     }
    },
    "OnlineCall": {
     "type": "object", "required": ["botId", "apiToken", "requestType"],
     "properties": {
      \#(credentials), "requestType": {"const": "getOnline"},
      "seconds": {
       "type": ["integer", "string", "null"], "minimum": 1, "pattern": "^0*[1-9][0-9]*$", "default": 120,
       "description": "Above 600 is 600"
      }
     }
    },
    "BatchCall": {
     "type": "object", "required": ["botId", "apiToken", "requestType", "events"],
     "properties": {
      \#(credentials), "requestType": {"const": "events"},
      "events": {
       "type": "array", "minItems": \#(Limits.batchItems.lowerBound), "maxItems": \#(Limits.batchItems.upperBound),
       "items": {"$ref": "#/components/schemas/Event"}, "description": "All are stored or none"
      }
     }
    },
    "Event": {
     "type": "object", "required": ["event", "userId"],
     "properties": {
      \#(eventFields),
      "time": {
       "type": ["number", "null"], "description": "Unix seconds, at most 7 days ago: for what couldn't be sent in time"
      }
     }
    },
    "BotID": {
     "description": "A number, or its decimal text", "type": ["integer", "string"],
     "minimum": \#(Limits.botID.lowerBound), "maximum": \#(Limits.botID.upperBound), "pattern": "^[0-9]+$"
    },
    "Token": {
     "type": "string", "minLength": \#(Limits.tokenBytes.lowerBound), "maxLength": \#(Limits.tokenBytes.upperBound),
     "description": "The API token; `getOnline` also takes the view token"
    },
    "UserID": {
     "description": "A signed 64-bit integer other than 0, or its decimal text", "type": ["integer", "string"],
     "minimum": \#(Int64.min), "maximum": \#(Int64.max), "not": {"const": 0}, "pattern": "^-?0*[1-9][0-9]*$"
    },
    "EventName": {
     "type": "string", "description": "No control characters",
     "minLength": \#(Limits.eventScalars.lowerBound), "maxLength": \#(Limits.eventScalars.upperBound)
    },
    "Param": {
     "type": ["string", "number", "boolean", "null"],
     "description": "Up to \#(Limits.paramBytes) bytes; numbers and booleans count as their text, empty is absent"
    },
    "RegisterTime": {
     "type": ["number", "string", "null"],
     "description": "Unix seconds. Without it, the time of the user's first event counts; one sent later replaces what was recorded."
    }
    """#

  private static let credentials = #"""
    "botId": {"$ref": "#/components/schemas/BotID"}, "apiToken": {"$ref": "#/components/schemas/Token"}
    """#

  private static let eventFields = #"""
    "event": {"$ref": "#/components/schemas/EventName"}, "userId": {"$ref": "#/components/schemas/UserID"},
    "param_1": {"$ref": "#/components/schemas/Param"}, "param_2": {"$ref": "#/components/schemas/Param"},
    "param_3": {"$ref": "#/components/schemas/Param"}, "userRegisterTime": {"$ref": "#/components/schemas/RegisterTime"}
    """#
}
