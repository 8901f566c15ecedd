#!lua flags=allow-oom
-- Removes entries of a stream up to an id, if it still is the stream that was compared with the files: else some of them may
-- be in no file.
-- KEYS[1]  the stream
-- ARGV[1]  the id of the first entry to be kept
-- ARGV[2]  the consumer group that marks the stream (forward.lua)
-- ARGV[3]  the run_id of the Redis on which it was compared
-- ARGV[4]  about how many entries to remove at most, whole nodes only; 0: exactly all
-- Returns how many were removed; -1 when it isn't that stream.
local isMarked = false
if redis.call('EXISTS', KEYS[1]) == 1 then
  for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do isMarked = isMarked or group[2] == ARGV[2] end
end
if not isMarked then return -1 end
if not redis.call('INFO', 'server'):find('run_id:' .. ARGV[3], 1, true) then return -1 end
if ARGV[4] == '0' then return redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1]) end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[1], 'LIMIT', ARGV[4])
