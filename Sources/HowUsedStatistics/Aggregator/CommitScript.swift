/// The Lua script that counts a batch and moves the position, or does neither.
///
/// Why a script and not `MULTI` guarded by `WATCH`: what is to be done depends on what is there (is the bucket full?), which
/// would take a round trip under `WATCH` first and would be undone by every other writer. Costs are per batch and
/// counter, not per event.
///
/// Who is new was told before, by ``RegistrationScript``. Users only go into a list beside their row (see
/// ``WaitingVisits``); those of a row where many wait are brought into its dimensions by ``RowFolder``.
enum CommitScript {
  static let text = """
    -- KEYS: position, generations, claim. All other keys have the prefix, and so the same slot.
    -- ARGV: prefix, position before ('' for none), position after, the claim that must stand ('' for none),
    --   number of bots, per bot its id, generation and number of rows, then all rows:
    --   resolution, bucket, expiry, events, updates, bytes of visits that may wait,
    --   number of combinations, combinations..., counts..., number of chunks, chunks...
    -- Returns the position found when it isn't the one before, or when the claim or a bot's generation isn't what it must
    --   be; else bot, generation and name of each row where more waits than may.
    -- What is read and written of a row goes in one command each: a call from Lua costs more than what it does.
    local call, format, min = redis.call, string.format, math.min
    local prefix = ARGV[1]
    local found = call('GET', KEYS[1]) or ''
    if found ~= ARGV[2] or (ARGV[4] ~= '' and call('GET', KEYS[3]) ~= ARGV[4]) then return found end
    local bots = 5 + 3 * tonumber(ARGV[5])
    for head = 6, bots, 3 do
      if call('HGET', KEYS[2], ARGV[head]) ~= ARGV[head + 1] then return found end
    end
    local now = tonumber(call('TIME')[1])
    local OTHER, LIMIT = '\\30', \(Resolution.combinationLimit)
    local crowded, at = {}, bots + 1

    \(StatisticsScript.helpers)
    local function get(key, from, to)
      if to - from < CHUNK then return call('HMGET', key, unpack(ARGV, from, to)) end
      local values = {}
      for first = from, to, CHUNK do
        local some = call('HMGET', key, unpack(ARGV, first, min(first + CHUNK - 1, to)))
        for index = 1, #some do values[first - from + index] = some[index] end
      end
      return values
    end

    for head = 6, bots, 3 do
      local bot, generation = ARGV[head], ARGV[head + 1]
      local base = prefix .. bot .. ':' .. generation .. ':'
      for _ = 1, tonumber(ARGV[head + 2]) do
        local name, expiry = ARGV[at] .. ARGV[at + 1], tonumber(ARGV[at + 2])
        local events, updates = tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
        local limit, uses = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
        local fields = at + 7
        local chunk = fields + 2 * uses + 1
        at = chunk + tonumber(ARGV[chunk - 1])
        if expiry > now then
          local counts, row, list = base .. 'u' .. name, base .. 'q' .. name, base .. 'w' .. name
          local write = {}

          if uses > 0 then
            local old, size, room, other = get(counts, fields, fields + uses - 1), 0, nil, 0
            for index = 1, uses do
              local before, count = old[index], ARGV[fields + uses + index - 1]
              if before then
                count = count + before
              else
                room = (room or LIMIT - call('HLEN', counts)) - 1
                if room < 0 then
                  other = other + count
                  count = nil
                end
              end
              if count then
                write[size + 1] = ARGV[fields + index - 1]
                size = size + 2
                write[size] = format('%d', count)
              end
            end
            set(counts, write)
            if other > 0 then
              call('HINCRBY', counts, OTHER, other)
              call('HSET', prefix .. 'overflow', bot, name)
            end
          end

          write = {}
          local sums = call('HMGET', row, 't', 'v', 'w')
          if events > 0 then
            write[1] = 't'
            write[2] = events + tonumber(sums[1] or 0)
          end
          if updates > 0 then
            write[#write + 1] = 'v'
            write[#write + 1] = updates + tonumber(sums[2] or 0)
          end
          if at > chunk then
            if chunks('RPUSH', list, ARGV, chunk, at - 1) == at - chunk then call('EXPIREAT', list, expiry) end
            local waiting = tonumber(sums[3] or 0)
            for index = chunk, at - 1 do waiting = waiting + #ARGV[index] end
            write[#write + 1] = 'w'
            write[#write + 1] = waiting
            if waiting > limit then
              for _, part in ipairs({bot, generation, name}) do crowded[#crowded + 1] = part end
            end
          end
          set(row, write)
          if not sums[1] and not sums[2] then
            call('EXPIREAT', row, expiry)
            call('EXPIREAT', counts, expiry)
          end
        end
      end
    end
    call('SET', KEYS[1], ARGV[3])
    return crowded
    """
}
