/// The Lua script that counts a batch and moves the position, or does neither.
///
/// Why a script and not `MULTI` guarded by `WATCH`: what is to be done depends on what is there (is the bucket full, is the
/// user known, does a set become a HyperLogLog), which would take a round trip under `WATCH` first and would be undone by
/// every other writer. Costs are per batch and counter, not per event.
enum CommitScript {
  static let resolutions = Resolution.allCases.map { resolution in
    "{'\(resolution.letter)',\(resolution.seconds),\(resolution.retention)}"
  }.joined(separator: ",")

  static let text = """
    -- KEYS: position, generations. All other keys have the prefix, and so the same slot.
    -- ARGV: prefix, position before ('' for none), position after, generation of a bot that has none, then per bot:
    --   id, number of rows, number of users, rows, users
    --   row: resolution, bucket, expiry, events, updates, number of uses, number of dimensions,
    --        exact limit, dimension limit, (combination, count)..., (dimension, number of ids, ids...)...
    --   user: id, time of the first event, registration time sent or ''
    -- Returns the position found when it isn't the one before; else, for each dimension in the order given, whether
    -- it is a HyperLogLog: a list of the ordinals (from 0) of those that are.
    local call, byte, find, sub = redis.call, string.byte, string.find, string.sub
    local floor, min = math.floor, math.min
    local prefix = ARGV[1]
    local found = call('GET', KEYS[1]) or ''
    if found ~= ARGV[2] then return found end
    local now = tonumber(call('TIME')[1])
    local resolutions = {\(resolutions)}
    local OTHER, LIMIT, PACKED, LOAD, CHUNK = '\\30', \(Resolution.combinationLimit), 64, 40, 2000

    local function chunks(command, key, list, from, to)
      local changed = 0
      for first = from, to, CHUNK do
        changed = changed + call(command, key, unpack(list, first, min(first + CHUNK - 1, to)))
      end
      return changed
    end

    -- Counts users ARGV[from..to] in a dimension. Up to some 60 bytes of ids stay in the row itself ('p,1,2'), then
    -- they are a set ('s' and how many), and beyond the exact limit a HyperLogLog ('h' and its estimate).
    local function users(row, members, dimension, expiry, limit, from, to)
      local value = call('HGET', row, dimension)
      local kind = value and byte(value) or 112
      local key = members .. dimension
      if kind == 112 then
        local packed = value or 'p'
        -- More than 31 ids can't fit, however short.
        if to - from < 31 then
          for at = from, to do
            if not find(packed .. ',', ',' .. ARGV[at] .. ',', 1, true) then packed = packed .. ',' .. ARGV[at] end
            if #packed > PACKED then break end
          end
          if #packed <= PACKED then
            if packed ~= value then call('HSET', row, dimension, packed) end
            return false
          end
        end
        local list = {}
        for id in string.gmatch(sub(packed, 2), '[^,]+') do list[#list + 1] = id end
        if #list > 0 then call('SADD', key, unpack(list)) end
        kind = 115
      end
      if kind == 115 then
        chunks('SADD', key, ARGV, from, to)
        local count = call('SCARD', key)
        if count <= limit then
          call('EXPIREAT', key, expiry)
          call('HSET', row, dimension, 's' .. count)
          return false
        end
        local list = call('SMEMBERS', key)
        call('UNLINK', key)
        chunks('PFADD', key, list, 1, #list)
        call('EXPIREAT', key, expiry)
        call('HSET', row, dimension, 'h' .. call('PFCOUNT', key))
        return true
      end
      if chunks('PFADD', key, ARGV, from, to) > 0 then
        call('HSET', row, dimension, 'h' .. call('PFCOUNT', key))
      end
      return true
    end

    local at, last, ordinal, hyper = 5, #ARGV, 0, {}
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
        local name = ARGV[at] .. ARGV[at + 1]
        local expiry, events, updates = tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
        local uses, dimensions = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
        local limit, most = tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8])
        at = at + 9
        if expiry <= now then
          at = at + 2 * uses
          for _ = 1, dimensions do at = at + 2 + tonumber(ARGV[at + 1]) end
          ordinal = ordinal + dimensions
        else
          local counts, row, members = base .. 'u' .. name, base .. 'q' .. name, base .. 's' .. name .. ':'
          local first = false
          if events > 0 then first = call('HINCRBY', row, 't', events) == events end
          if updates > 0 then first = call('HINCRBY', row, 'v', updates) == updates or first end
          local full = false

          local room = LIMIT - call('HLEN', counts)
          for _ = 1, uses do
            local field, count = ARGV[at], ARGV[at + 1]
            at = at + 2
            if room > 0 then
              if call('HINCRBY', counts, field, count) == tonumber(count) then room = room - 1 end
            elseif call('HEXISTS', counts, field) == 1 then
              call('HINCRBY', counts, field, count)
            else
              call('HINCRBY', counts, OTHER, count)
              full = true
            end
          end

          local length = call('HLEN', row)
          local crowded = length + dimensions > most
          for _ = 1, dimensions do
            local dimension, ids = ARGV[at], tonumber(ARGV[at + 1])
            local from, to = at + 2, at + 1 + ids
            at = to + 1
            local name = dimension
            if crowded and #dimension > 1 and call('HEXISTS', row, dimension) == 0 then
              local fixed = call('HEXISTS', row, 't') + call('HEXISTS', row, 'v') + call('HEXISTS', row, 'n')
              if call('HLEN', row) - fixed >= most then
                name = sub(dimension, 1, 1) .. OTHER
                full = true
              end
            end
            if users(row, members, name, expiry, limit, from, to) and name == dimension then
              hyper[#hyper + 1] = ordinal
            end
            ordinal = ordinal + 1
          end
          if first then
            call('EXPIREAT', row, expiry)
            call('EXPIREAT', counts, expiry)
          end
          if full then call('HSET', prefix .. 'overflow', bot, name) end
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
        local moved = {}
        local function hash(id)
          local high, low = tonumber(sub(id, 1, -8)) or 0, tonumber(sub(id, -7)) or 0
          return (low * 268435399 + (high % 4294967291) * 1048573) % 4294967291
        end
        local function bump(time, by)
          for _, resolution in ipairs(resolutions) do
            local bucket = floor(time / resolution[2])
            if (bucket + 1) * resolution[2] + resolution[3] > now then
              local name = resolution[1] .. string.format('%d', bucket)
              moved[name] = (moved[name] or 0) + by
              moved[#moved + 1] = {name, (bucket + 1) * resolution[2] + resolution[3]}
            end
          end
        end
        for _ = 1, people do
          local id, time, sent = ARGV[at], ARGV[at + 1], ARGV[at + 2]
          at = at + 3
          local hashed = hash(id)
          local bucket = hashed % (level * 2)
          if bucket >= buckets then bucket = hashed % level end
          local key = base .. 'k' .. bucket
          local old = call('HGET', key, id)
          if not old then
            if sent ~= '' then time = sent end
            call('HSET', key, id, time)
            bump(tonumber(time), 1)
            known = known + 1
            if known > buckets * LOAD then
              local source = buckets - level
              local list = call('HGETALL', base .. 'k' .. source)
              local target = base .. 'k' .. buckets
              for pair = 1, #list, 2 do
                if hash(list[pair]) % (level * 2) ~= source then
                  call('HSET', target, list[pair], list[pair + 1])
                  call('HDEL', base .. 'k' .. source, list[pair])
                end
              end
              buckets = buckets + 1
              if level * 2 <= buckets then level = level * 2 end
            end
          elseif sent ~= '' and sent ~= old then
            call('HSET', key, id, sent)
            bump(tonumber(old), -1)
            bump(tonumber(sent), 1)
          end
        end
        if known ~= before then call('HSET', base .. 'i', 'users', known, 'buckets', buckets) end
        for _, entry in ipairs(moved) do
          local name, by = entry[1], moved[entry[1]]
          if by ~= 0 then
            moved[name] = 0
            local count = call('HINCRBY', base .. 'q' .. name, 'n', by)
            if count == 0 then call('HDEL', base .. 'q' .. name, 'n') end
            if count == by then call('EXPIREAT', base .. 'q' .. name, entry[2]) end
          end
        end
      end
    end
    call('SET', KEYS[1], ARGV[3])
    return hyper
    """
}
