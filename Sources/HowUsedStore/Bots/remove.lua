#!lua flags=allow-oom
-- Takes a bot out of the registry and tells every instance.
-- KEYS[1]  hash: bot id -> record (KeySchema.bots)
-- KEYS[2]  string: another random value whenever that hash changed (KeySchema.botsVersion)
-- ARGV[1]  the bot's id
-- ARGV[2]  a random value
-- Returns 1 when it was there, 0 when not.
-- Under maxmemory, too: it frees more than it takes.
local removed = redis.call('HDEL', KEYS[1], ARGV[1])
redis.call('SET', KEYS[2], ARGV[2])
return removed
