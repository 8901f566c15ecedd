#!lua flags=allow-oom
-- Sees to it that a stream gives out no id up to a given one any more. Never sets it back.
-- KEYS[1]  the stream
-- ARGV[1]  the id; 0-0 changes nothing
-- ARGV[2]  optional: the name of a consumer group to make, in place of those that begin with ARGV[3]. It marks this stream:
--          one that is deleted, and made anew by the next event, doesn't have it.
-- ARGV[3]  together with ARGV[2]
-- Returns the stream's last id before and after; 0-0 where there is no stream.
-- Under maxmemory, too: nothing is archived before it, and only archiving frees memory. What it needs is small.
local function before(a, b)
  local time, number = a:match('^(%d+)-(%d+)$')
  local otherTime, otherNumber = b:match('^(%d+)-(%d+)$')
  if time == otherTime then time, otherTime = number, otherNumber end
  if #time ~= #otherTime then return #time < #otherTime end
  return time < otherTime
end

local last = '0-0'
local exists = redis.call('EXISTS', KEYS[1]) == 1
if exists then
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for index = 1, #info, 2 do
    if info[index] == 'last-generated-id' then last = info[index + 1] end
  end
end
local result = last
if before(last, ARGV[1]) then
  if exists then
    redis.call('XSETID', KEYS[1], ARGV[1])
  else
    redis.call('XADD', KEYS[1], ARGV[1], '-', '')
    redis.call('XDEL', KEYS[1], ARGV[1])
    exists = true
  end
  result = ARGV[1]
end
if ARGV[2] then
  if exists then
    for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
      if group[2]:sub(1, #ARGV[3]) == ARGV[3] then redis.call('XGROUP', 'DESTROY', KEYS[1], group[2]) end
    end
  end
  redis.call('XGROUP', 'CREATE', KEYS[1], ARGV[2], '$', 'MKSTREAM')
end
return {last, result}
