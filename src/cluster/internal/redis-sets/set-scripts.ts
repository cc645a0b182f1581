import type { RedisScript } from '../redis/redis-script.js';

/*
 * An entry is kept as eight lines, each a JSON value: order, leaving (0 or 1), end of its grace, stamp, when it came (in µs),
 * holder, token, data.
 * Lua takes lines apart and never decodes them: its JSON does not keep every number, empty list or text.
 * KEYS: the entries by member; the head with version `v`, life `l` and last order `o`; the channel of the deltas.
 * ARGV: the command that publishes; how long the keys outlive the last change.
 */
const PRELUDE = `
local entries, head, channel = KEYS[1], KEYS[2], KEYS[3]
local LINES = '^(%d+),\\n(%d),\\n(%d+),\\n(%d+),\\n(%d+),\\n([^\\n]*),\\n([^\\n]*),\\n(.*)$'
local function whole(number) return string.format('%.0f', number) end
local function micros()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end
local function parse(value)
  local order, leaving, grace, stamp, came, holder, token, data = string.match(value, LINES)
  local entry = { order = order, leaving = leaving, grace = grace, stamp = stamp, came = came }
  entry.holder, entry.token, entry.data = holder, token, data
  return entry
end
local function find(member)
  local value = redis.call('HGET', entries, member)
  return value and parse(value)
end
local function pack(entry)
  local lines = { entry.order, entry.leaving, entry.grace, entry.stamp, entry.came, entry.holder, entry.token, entry.data }
  return table.concat(lines, ',\\n')
end
local function step(floor)
  local version = redis.call('HINCRBY', head, 'v', 1)
  if version == 1 then
    version = math.max(micros(), floor + 1)
    redis.call('HSET', head, 'v', whole(version), 'l', whole(version))
  elseif version <= floor then
    version = floor + 1
    redis.call('HSET', head, 'v', whole(version))
  end
  return whole(version)
end
local function tell(version, kind, previous, member, entry)
  local life = redis.call('HGET', head, 'l')
  local delta = table.concat({ version, life, '"' .. kind .. '"', previous or 'null', member, pack(entry) }, ',')
  redis.call(ARGV[1], channel, '[' .. delta .. ']')
end
local function keep()
  redis.call('PEXPIRE', entries, ARGV[2])
  redis.call('PEXPIRE', head, ARGV[2])
end
local function put(kind, member, entry, previous, floor)
  local version = step(floor or 0)
  entry.stamp = entry.stamp or version
  redis.call('HSET', entries, member, pack(entry))
  keep()
  tell(version, kind, previous, member, entry)
  return version
end
local function remove(member, entry, floor)
  local version = step(floor or 0)
  redis.call('HDEL', entries, member)
  tell(version, 'left', nil, member, entry)
  if redis.call('HLEN', entries) == 0 then redis.call('DEL', head) end
end
local function state()
  local numbers, all, rows = redis.call('HMGET', head, 'v', 'l'), redis.call('HGETALL', entries), {}
  for at = 1, #all, 2 do rows[#rows + 1] = '[' .. all[at] .. ',' .. all[at + 1] .. ']' end
  local version, life = numbers[1] or whole(micros()), numbers[2] or '0'
  return '[' .. version .. ',' .. life .. ',[' .. table.concat(rows, ',') .. ']]'
end
`;

const script = (name: string, body: string): RedisScript => ({
  name: `parleySet${name}`,
  keys: 3,
  lua: PRELUDE + body,
});

/** ARGV: member, token, data, holder, limit (-1: none), `replace` | `refuse` | `ask`, the token that may be replaced, answer. */
export const JOIN = script(
  'Join',
  `
local member, token, limit, mode = ARGV[3], ARGV[4], tonumber(ARGV[7]), ARGV[8]
local entry = { leaving = '0', grace = '0', token = token, data = ARGV[5], holder = ARGV[6] }
local function answer(status, version, previous)
  local shown = ARGV[10] == 'snapshot' and state() or 'null'
  return '["' .. table.concat({ status .. '"', entry.order, version, entry.came, previous or 'null', shown }, ',') .. ']'
end
local holder = find(member)
if holder then
  local another = holder.token ~= token
  if another and mode == 'refuse' then return '["taken"]' end
  if another and mode == 'ask' and holder.token ~= ARGV[9] then return '["ask",' .. holder.token .. ',' .. holder.data .. ']' end
  entry.order, entry.came = holder.order, holder.came
  local version = put('replaced', member, entry, another and holder.token or nil)
  return answer('replaced', version, holder.token)
end
if limit >= 0 and redis.call('HLEN', entries) >= limit then return '["full"]' end
entry.order, entry.came = whole(redis.call('HINCRBY', head, 'o', 1)), whole(micros())
return answer('joined', put('joined', member, entry))
`,
);

/** ARGV: member, token, grace in ms, holder, the grace that is to be ended ('' : whatever it is). */
export const LEAVE = script(
  'Leave',
  `
local member, graceMs, ended = ARGV[3], tonumber(ARGV[5]), ARGV[7]
local entry = find(member)
if not entry or entry.token ~= ARGV[4] or (ended ~= '' and entry.grace ~= ended) then return 'refused' end
if graceMs <= 0 then
  remove(member, entry)
  return 'left'
end
local before = entry.leaving
entry.leaving, entry.grace, entry.holder = '1', whole(math.floor(micros() / 1000) + graceMs), ARGV[6]
if before == '0' then put('leaving', member, entry) else redis.call('HSET', entries, member, pack(entry)) end
return pack(entry)
`,
);

/** ARGV: member, token, data. */
export const UPDATE = script(
  'Update',
  `
local entry = find(ARGV[3])
if not entry or entry.token ~= ARGV[4] then return 0 end
entry.data = ARGV[5]
put('updated', ARGV[3], entry)
return 1
`,
);

/** ARGV: a version that the scope, unless it is empty, has at least from now on. */
export const READ = script(
  'Read',
  `
local version = redis.call('HGET', head, 'v')
if version and tonumber(version) < tonumber(ARGV[3]) then redis.call('HSET', head, 'v', ARGV[3]) end
return state()
`,
);

/** 0: empty. */
export const VERSION = script('Version', `return redis.call('HGET', head, 'v') or '0'`);

export const KEEP = script('Keep', `keep()`);

/**
 * Makes the entries of a holder exactly these. ARGV: holder, the version to go on above, and eight for each entry: member,
 * order, leaving, grace, stamp, when it came, token, data. Whom another has replaced later, by the stamps, stays replaced.
 * When entries come in, all are put in the order in which they came: each keeps its order if that is above the one before.
 */
export const ANNOUNCE = script(
  'Announce',
  `
local holder, floor = ARGV[3], tonumber(ARGV[4])
local mine, fresh, gone = {}, {}, {}
for at = 5, #ARGV, 8 do mine[ARGV[at]] = ARGV[at + 6] end
local function isGone(member, entry) return entry.holder == holder and mine[member] ~= entry.token end
local all = redis.call('HGETALL', entries)
for at = 1, #all, 2 do
  local entry = parse(all[at + 1])
  if isGone(all[at], entry) then gone[#gone + 1] = { all[at], entry } end
end
for at = 5, #ARGV, 8 do
  local member = ARGV[at]
  local entry = {
    order = ARGV[at + 1], leaving = ARGV[at + 2], grace = ARGV[at + 3], stamp = ARGV[at + 4], came = ARGV[at + 5],
    token = ARGV[at + 6], data = ARGV[at + 7], holder = holder, member = member, fresh = true,
  }
  local present = find(member)
  if not present then
    fresh[#fresh + 1] = entry
  elseif present.token == entry.token then
    entry.order, entry.came = present.order, present.came
    if present.leaving ~= entry.leaving then
      put(entry.leaving == '1' and 'leaving' or 'replaced', member, entry, nil, floor)
    elseif present.data ~= entry.data then
      put('updated', member, entry, nil, floor)
    else
      redis.call('HSET', entries, member, pack(entry))
    end
  elseif tonumber(present.stamp) <= tonumber(entry.stamp) then
    entry.order, entry.came = present.order, present.came
    put('replaced', member, entry, present.token, floor)
  end
end
local last = tonumber(redis.call('HGET', head, 'o') or 0)
if #fresh > 0 then
  all = redis.call('HGETALL', entries)
  for at = 1, #all, 2 do
    local entry = parse(all[at + 1])
    entry.member = all[at]
    if not isGone(entry.member, entry) then fresh[#fresh + 1] = entry end
  end
  table.sort(fresh, function(a, b)
    if a.came ~= b.came then return tonumber(a.came) < tonumber(b.came) end
    if a.order ~= b.order then return tonumber(a.order) < tonumber(b.order) end
    return a.member < b.member
  end)
  local before = 0
  for _, entry in ipairs(fresh) do
    local order = math.max(tonumber(entry.order), before + 1)
    local moved = order ~= tonumber(entry.order)
    before, entry.order = order, whole(order)
    if entry.fresh then
      put('joined', entry.member, entry, nil, floor)
    elseif moved then
      put('updated', entry.member, entry, nil, floor)
    end
  end
  last = math.max(last, before)
end
for _, left in ipairs(gone) do
  local entry = find(left[1])
  if entry and entry.token == left[2].token then remove(left[1], entry, floor) end
end
if redis.call('HLEN', entries) > 0 then
  redis.call('HSET', head, 'o', whole(last))
  if tonumber(redis.call('HGET', head, 'v')) < floor then redis.call('HSET', head, 'v', whole(floor)) end
end
return state()
`,
);

/** Ends the entries of a holder that has died, but for those whose grace is running: it answers how many these are. */
export const SWEEP = script(
  'Sweep',
  `
local now, waiting = micros() / 1000, 0
local all = redis.call('HGETALL', entries)
for at = 1, #all, 2 do
  local entry = parse(all[at + 1])
  if entry.holder == ARGV[3] then
    if entry.leaving == '1' and tonumber(entry.grace) > now then waiting = waiting + 1 else remove(all[at], entry) end
  end
end
return waiting
`,
);

export const SET_SCRIPTS = [JOIN, LEAVE, UPDATE, READ, VERSION, KEEP, ANNOUNCE, SWEEP];
