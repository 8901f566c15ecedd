/// The Lua script that counts a batch and moves the position, or does neither.
///
/// Why a script and not `MULTI` guarded by `WATCH`: what is to be done depends on what is there (is the bucket full, is the
/// user known), which would take a round trip under `WATCH` first and would be undone by every other writer. Costs are
/// per batch and counter, not per event.
///
/// Users only go into a list beside their row (see ``WaitingVisits``); those of a row where many wait are brought into
/// its dimensions by ``RowFolder``.
enum CommitScript {
  static let resolutions = Resolution.allCases.map { resolution in
    "{'\(resolution.letter)',\(resolution.seconds),\(resolution.retention)}"
  }.joined(separator: ",")

  static let text = """
    -- KEYS: position, generations. All other keys have the prefix, and so the same slot.
    -- ARGV: prefix, position before ('' for none), position after, generation of a bot that has none,
    --   number of bots that must have one, these bots..., then per bot:
    --   id, number of rows, number of users, rows, users
    --   row: resolution, bucket, expiry, events, updates, bytes of visits that may wait,
    --        number of combinations, combinations..., counts..., number of chunks, chunks...
    --   user: id, time of the first event, registration time sent or ''
    -- Returns the position found when it isn't the one before, or when a bot that must have a generation has none; else
    --   bot, generation and name of each row where more waits than may.
    -- What is read and written of a row goes in one command each: a call from Lua costs more than what it does.
    local call, sub = redis.call, string.sub
    local floor, min = math.floor, math.min
    local prefix = ARGV[1]
    local found = call('GET', KEYS[1]) or ''
    if found ~= ARGV[2] then return found end
    local at, last = 6 + tonumber(ARGV[5]), #ARGV
    for index = 6, at - 1 do
      if call('HEXISTS', KEYS[2], ARGV[index]) == 0 then return found end
    end
    local now = tonumber(call('TIME')[1])
    local resolutions = {\(resolutions)}
    local OTHER, LIMIT, LOAD, CHUNK = '\\30', \(Resolution.combinationLimit), 40, 2000
    local crowded = {}

    -- A command with any number of arguments, which Lua can't pass all at once.
    local function chunks(command, key, list, from, to)
      local changed = 0
      for first = from, to, CHUNK do
        changed = changed + call(command, key, unpack(list, first, min(first + CHUNK - 1, to)))
      end
      return changed
    end
    local function set(key, pairs)
      for first = 1, #pairs, CHUNK do call('HSET', key, unpack(pairs, first, min(first + CHUNK - 1, #pairs))) end
    end
    local function get(key, from, to)
      if to - from < CHUNK then return call('HMGET', key, unpack(ARGV, from, to)) end
      local values = {}
      for first = from, to, CHUNK do
        local some = call('HMGET', key, unpack(ARGV, first, min(first + CHUNK - 1, to)))
        for index = 1, #some do values[first - from + index] = some[index] end
      end
      return values
    end

    while at <= last do
      local bot, rows, people = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
      at = at + 3
      local generation = call('HGET', KEYS[2], bot)
      if not generation then
        generation = ARGV[4]
        call('HSET', KEYS[2], bot, generation)
      end
      local base = prefix .. bot .. ':' .. generation .. ':'

      for _ = 1, rows do
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
            local old, room, other = get(counts, fields, fields + uses - 1), nil, 0
            for index = 1, uses do
              local before, count = old[index], tonumber(ARGV[fields + uses + index - 1])
              if before then
                count = count + tonumber(before)
              else
                room = (room or LIMIT - call('HLEN', counts)) - 1
                if room < 0 then
                  other = other + count
                  count = nil
                end
              end
              if count then
                write[#write + 1] = ARGV[fields + index - 1]
                write[#write + 1] = count
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

      if people > 0 then
        -- Known users are a linear hash table (Litwin, 1980): one bucket is split for every LOAD new users, so that
        -- each stays small enough for Redis to keep it packed.
        local state = call('HMGET', base .. 'i', 'users', 'buckets')
        local known, buckets = tonumber(state[1] or 0), tonumber(state[2] or 1)
        local before = known
        local level = 1
        while level * 2 <= buckets do level = level * 2 end
        local moves, times = {}, {}
        local function hash(id)
          local high, low = tonumber(sub(id, 1, -8)) or 0, tonumber(sub(id, -7)) or 0
          return (low * 268435399 + (high % 4294967291) * 1048573) % 4294967291
        end
        local function bump(time, by)
          if not moves[time] then
            times[#times + 1] = time
            moves[time] = 0
          end
          moves[time] = moves[time] + by
        end
        local function split()
          local source, target = base .. 'k' .. (buckets - level), base .. 'k' .. buckets
          local list, moved, gone = call('HGETALL', source), {}, {}
          for pair = 1, #list, 2 do
            if hash(list[pair]) % (level * 2) == buckets then
              moved[#moved + 1] = list[pair]
              moved[#moved + 1] = list[pair + 1]
              gone[#gone + 1] = list[pair]
            end
          end
          if #gone > 0 then
            set(target, moved)
            chunks('HDEL', source, gone, 1, #gone)
          end
          buckets = buckets + 1
          if level * 2 <= buckets then level = level * 2 end
        end
        for _ = 1, people do
          local id, time, sent = ARGV[at], ARGV[at + 1], ARGV[at + 2]
          at = at + 3
          local hashed = hash(id)
          local bucket = hashed % (level * 2)
          if bucket >= buckets then bucket = hashed % level end
          local key = base .. 'k' .. bucket
          if sent ~= '' then time = sent end
          if call('HSETNX', key, id, time) == 1 then
            bump(time, 1)
            known = known + 1
            if known > buckets * LOAD then split() end
          elseif sent ~= '' then
            local old = call('HGET', key, id)
            if old ~= sent then
              call('HSET', key, id, sent)
              bump(old, -1)
              bump(sent, 1)
            end
          end
        end
        if known ~= before then call('HSET', base .. 'i', 'users', known, 'buckets', buckets) end
        local sums, order = {}, {}
        for _, time in ipairs(times) do
          for index = 1, 3 do
            local resolution = resolutions[index]
            local bucket = floor(tonumber(time) / resolution[2])
            local expiry = (bucket + 1) * resolution[2] + resolution[3]
            if expiry > now then
              local row = base .. 'q' .. resolution[1] .. string.format('%d', bucket)
              if not sums[row] then
                order[#order + 1] = {row, expiry}
                sums[row] = 0
              end
              sums[row] = sums[row] + moves[time]
            end
          end
        end
        for _, entry in ipairs(order) do
          local row, by = entry[1], sums[entry[1]]
          if by ~= 0 then
            local count = call('HINCRBY', row, 'n', by)
            if count == 0 then call('HDEL', row, 'n') end
            if count == by then call('EXPIREAT', row, entry[2]) end
          end
        end
      end
    end
    call('SET', KEYS[1], ARGV[3])
    return crowded
    """
}
