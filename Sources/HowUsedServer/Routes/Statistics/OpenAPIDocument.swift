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
     \#(statistics),
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
}
