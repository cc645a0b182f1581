import type { RedisScript } from '../redis/redis-script.js';

/*
 * KEYS of the first three: the leases of the living by their end; the dead who are being swept; those who have been, each
 * by the time of it. A holder is remembered there for longer than any process stands still.
 */
const NODES = `
local living, dead, swept = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

const script = (name: string, keys: number, lua: string): RedisScript => ({ name: `parleyNode${name}`, keys, lua });

/** ARGV: holder, lease in ms, whether others may be declared dead. Answers how the lease was, and who is dead. */
export const RENEW = script(
  'Renew',
  3,
  `${NODES}
local lease = 'swept'
if not redis.call('ZSCORE', dead, ARGV[1]) and not redis.call('ZSCORE', swept, ARGV[1]) then
  lease = redis.call('ZADD', living, string.format('%.0f', now + ARGV[2]), ARGV[1]) == 0 and 'held' or 'missing'
end
if ARGV[3] == '1' then
  for _, holder in ipairs(redis.call('ZRANGEBYSCORE', living, '-inf', now)) do
    redis.call('ZREM', living, holder)
    redis.call('ZADD', dead, now, holder)
  end
end
redis.call('ZREMRANGEBYSCORE', swept, '-inf', now - 86400000)
return { lease, redis.call('ZRANGE', dead, 0, -1) }
`,
);

/** ARGV: holder, which gives its lease up: from now on others sweep what it left. */
export const RETIRE = script(
  'Retire',
  3,
  `${NODES}
redis.call('ZREM', living, ARGV[1])
redis.call('ZADD', dead, now, ARGV[1])
`,
);

/** ARGV: holder, of whom nothing is left to sweep. */
export const BURY = script(
  'Bury',
  3,
  `${NODES}
if redis.call('ZREM', dead, ARGV[1]) == 1 then redis.call('ZADD', swept, now, ARGV[1]) end
`,
);

/** KEYS: the scopes that a holder has entries in. ARGV: how long they are kept, scopes. */
export const ENLIST = script(
  'Enlist',
  1,
  `
if ARGV[2] then redis.call('SADD', KEYS[1], unpack(ARGV, 2)) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
`,
);

export const STRIKE = script('Strike', 1, `return redis.call('SREM', KEYS[1], ARGV[1])`);

export const LISTED = script('Listed', 1, `return redis.call('SMEMBERS', KEYS[1])`);

/** KEYS: what one node at a time does. ARGV: how long it may take. */
export const LOCK = script('Lock', 1, `return redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) and 1 or 0`);

export const NODE_SCRIPTS = [RENEW, RETIRE, BURY, ENLIST, STRIKE, LISTED, LOCK];
