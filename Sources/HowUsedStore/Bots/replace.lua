#!lua flags=allow-oom
-- Writes a bot's record over the one that was read, unless another is stored by now, or none.
-- KEYS[1]  hash: bot id -> record (KeySchema.bots)
-- KEYS[2]  string: another random value whenever that hash changed (KeySchema.botsVersion)
-- ARGV[1]  the bot's id
-- ARGV[2]  the record that was read
-- ARGV[3]  the record to write
-- ARGV[4]  a random value
-- Returns 1 when it was written, 0 when not.
-- Under maxmemory, too: a token that others have learned must be replaced, and what is written takes the place of as much.
-- A script and not WATCH, which would also be undone by another bot's change in the same hash.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('SET', KEYS[2], ARGV[4])
return 1
