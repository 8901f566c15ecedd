-- wrk script: replays prepared requests, so that making them costs the load generator nothing.
-- Arguments: the file of requests (each: its length in decimal, a newline, that many bytes).
-- Prints one line of JSON that starts with RESULT when the run is over.
local threads = 0

function setup(thread)
  thread:set("offset", threads)
  threads = threads + 1
end

local requests, position = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  while true do
    local line = file:read("*l")
    if not line then break end
    requests[#requests + 1] = file:read(tonumber(line))
  end
  file:close()
  -- Threads start far apart, so that they don't send the same user at the same time.
  position = math.floor(#requests / 7) * offset
end

function request()
  position = position % #requests + 1
  return requests[position]
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"duration_us":%d,"status_errors":%d,"socket_errors":%d,' ..
    '"p50":%.1f,"p99":%.1f,"p999":%.1f,"max":%.1f}\n',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end
