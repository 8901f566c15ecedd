#!lua name=bench
-- KEYS: stream, online set. ARGV: the event's fragment, the user's id. The score is the time of the stream's new id.
redis.register_function('event', function(keys, args)
  local id = redis.call('XADD', keys[1], '*', 'e', args[1])
  redis.call('ZADD', keys[2], 'GT', string.match(id, '^%d+'), args[2])
  return 'OK'
end)
