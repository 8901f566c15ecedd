#!lua
-- Adds an event to its stream, unless one with its id was added lately. What could fail comes before the id is kept.
-- KEYS[1]  the id's key
-- KEYS[2]  the stream
-- ARGV[1]  for how many milliseconds the id is kept
-- ARGV[2]  the event, as the entry's field e
-- Returns 1, or 0 when the id is there.
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('XADD', KEYS[2], '*', 'e', ARGV[2])
redis.call('SET', KEYS[1], '', 'PX', ARGV[1])
return 1
