#!lua flags=allow-oom
-- Gives events new ids, at the end of their stream: each that is there as it was read, once.
-- KEYS[1]     the stream
-- ARGV[3n+1]  the id of an entry
-- ARGV[3n+2]  its field `e` as it was read
-- ARGV[3n+3]  what `e` is to be under the new id: the same with the event's time
-- Returns how many were moved.
-- Under maxmemory, too: nothing is archived before it, and what it adds it also removes.
local moved = 0
for index = 1, #ARGV, 3 do
  local entry = redis.call('XRANGE', KEYS[1], ARGV[index], ARGV[index])[1]
  if entry and #entry[2] == 2 and entry[2][1] == 'e' and entry[2][2] == ARGV[index + 1] then
    redis.call('XADD', KEYS[1], '*', 'e', ARGV[index + 2])
    redis.call('XDEL', KEYS[1], ARGV[index])
    moved = moved + 1
  end
end
return moved
