-- The peer "nginx + Lua": what an expert would write with Debian's packages. Bodies are JSON only, tokens are compared
-- as they are (cheaper than hashing them), and there is no archive: each of these is in this peer's favour.
local cjson = require "cjson.safe"
local redis = require "nginx.redis"

local decode = cjson.decode
local find, format, byte, gsub = string.find, string.format, string.byte, string.gsub
local match = ngx.re.find
local tonumber, type, concat = tonumber, type, table.concat
local null = cjson.null

local _M = {}
local bots, address = {}, nil
local OK = '{"ok":true}'
local CONTROL = "[%z\1-\31]"
local maximum_bot, maximum_integer = 2 ^ 53, 2 ^ 63

function _M.load(path, socket)
  local file = assert(io.open(path, "rb"))
  for id, bot in pairs(assert(decode(file:read("*a")))) do bots[id] = bot end
  file:close()
  address = socket
end

local function answer(status, body)
  ngx.status = status
  ngx.header.content_type = "application/json"
  ngx.header.content_length = #body
  ngx.print(body)
end

local function refuse(status, code, field, description)
  answer(status, concat {
    '{"ok":false,"error_code":', status, ',"error":"', code, '"', field and ',"field":"' .. field .. '"' or "",
    ',"description":"', description, '"}',
  })
end

-- An integer given as a JSON number or as decimal text, as text; nil when it is neither.
local function integer(value, low, high)
  if type(value) == "string" then
    if not find(value, "^%-?[1-9]%d*$") or #value > 20 then return nil end
    local number = tonumber(value)
    return number >= low and number <= high and value or nil
  end
  if type(value) ~= "number" or value % 1 ~= 0 or value < low or value > high or value == 0 then return nil end
  return format("%.0f", value)
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }
local function quoted(text)
  if not find(text, '[%c"\\]') then return text end
  return (gsub(text, '[%z\1-\31"\\]', function(c) return escapes[c] or format("\\u%04x", byte(c)) end))
end

local function connect()
  local connection = redis:new()
  connection:set_timeout(2000)
  local ok, err = connection:connect(address)
  if not ok then
    ngx.log(ngx.ERR, "redis: ", err)
    refuse(503, "unavailable", nil, "Service Unavailable: Redis cannot be reached")
    return nil
  end
  return connection
end

local function record(bot, id, body)
  local event = body.event
  if type(event) ~= "string" or #event < 3 or find(event, CONTROL)
    or not match(event, "^.{3,20}$", "jous") then
    return refuse(400, "invalid_event", "event", "Bad Request: event must be 3 to 20 characters")
  end
  local user = integer(body.userId, -maximum_integer, maximum_integer)
  if not user then return refuse(400, "invalid_user_id", "userId", "Bad Request: userId must be an integer") end
  local fragment = '"botId":' .. id .. ',"userId":' .. user .. ',"event":"' .. quoted(event) .. '"'
  for n = 1, 3 do
    local name = n == 1 and "param_1" or n == 2 and "param_2" or "param_3"
    local value = body[name]
    if value ~= nil and value ~= null and value ~= "" then
      local kind = type(value)
      if kind == "number" or kind == "boolean" then value = tostring(value)
      elseif kind ~= "string" or #value > 256 then
        return refuse(400, "invalid_param", name, "Bad Request: " .. name .. " must be text of up to 256 bytes")
      end
      fragment = fragment .. ',"' .. name .. '":"' .. quoted(value) .. '"'
    end
  end
  local registered = body.userRegisterTime
  if registered == nil then registered = body.registerTime end
  if registered ~= nil and registered ~= null then
    registered = tonumber(registered)
    if not registered or registered < 1262304000 or registered > ngx.time() + 86400 then
      return refuse(400, "invalid_user_register_time", "userRegisterTime", "Bad Request: userRegisterTime must be unix seconds")
    end
    fragment = fragment .. ',"userRegisterTime":' .. format("%.0f", registered - registered % 1)
  end

  local connection = connect()
  if not connection then return end
  connection:init_pipeline(2)
  connection:xadd(bot.stream, "*", "e", fragment)
  connection:zadd(bot.online, "GT", format("%.0f", ngx.now() * 1000), user)
  local replies, err = connection:commit_pipeline()
  if not replies or type(replies[1]) ~= "string" or type(replies[2]) ~= "number" then
    ngx.log(ngx.ERR, "redis: ", err or "an error reply")
    return refuse(503, "unavailable", nil, "Service Unavailable: the event was not stored")
  end
  connection:set_keepalive(60000, 256)
  answer(200, OK)
end

local function online(bot, body)
  local seconds = body.seconds
  if seconds == nil or seconds == null then seconds = 120 else seconds = tonumber(seconds) end
  if not seconds or seconds < 1 or seconds % 1 ~= 0 then
    return refuse(400, "invalid_seconds", "seconds", "Bad Request: seconds must be an integer of at least 1")
  end
  if seconds > 600 then seconds = 600 end
  local connection = connect()
  if not connection then return end
  local count, err = connection:zcount(bot.online, format("%.0f", (ngx.now() - seconds) * 1000), "+inf")
  if type(count) ~= "number" then
    ngx.log(ngx.ERR, "redis: ", err)
    return refuse(503, "unavailable", nil, "Service Unavailable: Redis did not answer")
  end
  connection:set_keepalive(60000, 256)
  answer(200, '{"ok":true,"onlineCount":' .. count .. "}")
end

function _M.handle()
  if ngx.req.get_method() ~= "POST" then
    return refuse(405, "method_not_allowed", nil, "Method Not Allowed: use POST")
  end
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  local body = text and decode(text)
  if type(body) ~= "table" then
    return refuse(400, "invalid_json", nil, "Bad Request: the body must be a JSON object")
  end
  local id = integer(body.botId, 1, maximum_bot)
  if not id then return refuse(400, "invalid_bot_id", "botId", "Bad Request: botId must be an integer from 1") end
  local bot = bots[id]
  if not bot or body.apiToken ~= bot.token then
    return refuse(401, "unauthorized", nil, "Unauthorized: unknown bot or wrong token")
  end
  if body.requestType == "event" then return record(bot, id, body) end
  if body.requestType == "getOnline" then return online(bot, body) end
  refuse(400, "invalid_request_type", "requestType", "Bad Request: unknown requestType")
end

return _M
