/// The Lua script that makes a batch's new users known, some at a time, before ``CommitScript`` counts the batch.
///
/// It isn't one with the commit, so that Redis never answers nobody else for long: doing it again, after a crash, changes
/// nothing. Of two attempts, of two processes or before and after a lost connection, the later one has the claim, and the
/// other's next step is refused; so what was known of fewer events never comes behind what was known of more.
enum RegistrationScript {
  private static let resolutions = Resolution.allCases.map { resolution in
    "{'\(resolution.letter)',\(resolution.seconds),\(resolution.retention)}"
  }.joined(separator: ",")

  static let text = """
    -- KEYS: position, generations, claim. All other keys have the prefix, and so the same slot.
    -- ARGV: prefix, position before ('' for none), claim, 1 for a batch's first call, generation of a bot that has none,
    --   then per bot: id, generation ('' for not known yet), number of users, users
    --   user: id, time of the first event, registration time sent or ''
    -- Returns the position found when it isn't the one before, or when the claim is another's or a generation isn't what
    --   it was; else each bot's generation.
    local call, sub, floor = redis.call, string.sub, math.floor
    local prefix, last, LOAD = ARGV[1], #ARGV, 40
    local found = call('GET', KEYS[1]) or ''
    if found ~= ARGV[2] or (ARGV[4] ~= '1' and call('GET', KEYS[3]) ~= ARGV[3]) then return found end
    local at = 6
    while at <= last do
      if ARGV[at + 1] ~= '' and call('HGET', KEYS[2], ARGV[at]) ~= ARGV[at + 1] then return found end
      at = at + 3 + 3 * tonumber(ARGV[at + 2])
    end
    if ARGV[4] == '1' then call('SET', KEYS[3], ARGV[3], 'EX', 3600) end
    local now = tonumber(call('TIME')[1])
    local resolutions = {\(resolutions)}
    local generations = {}
    \(StatisticsScript.helpers)

    at = 6
    while at <= last do
      local bot, generation, people = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
      at = at + 3
      if generation == '' then
        generation = call('HGET', KEYS[2], bot)
        if not generation then
          generation = ARGV[5]
          call('HSET', KEYS[2], bot, generation)
        end
      end
      generations[#generations + 1] = generation
      local base = prefix .. bot .. ':' .. generation .. ':'

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
          local old = sent ~= '' and call('HGET', key, id)
          if old then
            if old ~= sent then
              call('HSET', key, id, sent)
              bump(old, -1)
              bump(sent, 1)
            end
          elseif call('HSETNX', key, id, time) == 1 then
            bump(time, 1)
            known = known + 1
            if known > buckets * LOAD then split() end
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
    return generations
    """
}
