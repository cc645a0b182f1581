import { z } from 'zod';
import { OperatorError } from '../common/operator-error.js';
import { laterSettings } from './later-settings.js';
import {
  DAY_MS,
  flag,
  int,
  isOrigin,
  list,
  namespaces,
  proxies,
  redisUrl,
  stunUrls,
  text,
  turnUrls,
  url,
  YEAR_S,
} from './setting-kinds.js';

/** Every setting of protocol section 9: its rule, its default, and a sentence for `.env.example`. */
export const settingsSchema = z
  .object({
    NODE_ENV: z
      .enum(['development', 'test', 'production'], { error: 'must be development, test or production' })
      .default('development')
      .describe('What this process is: production is strict about secrets.'),
    PORT: int(0, 65535).default(8000).describe('TCP port for REST, raw WebSocket and Socket.IO; 0 takes a free one.'),
    HOST: text.min(1, 'must not be empty').default('0.0.0.0').describe('Address to listen on.'),
    LOG_LEVEL: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'must be fatal, error, warn, info, debug, trace or silent',
      })
      .default('info')
      .describe('Least severe log line that is written.'),
    DATA_DIR: text
      .min(1, 'must not be empty')
      .default('./.data')
      .describe('Folder for the embedded database, the development secret and files.'),
    DATABASE_URL: url('postgres:', 'postgresql:')
      .default('')
      .describe('Postgres to use, 15 or newer; empty: an embedded one under DATA_DIR.'),
    DATABASE_POOL_SIZE: int(1, 1000).default(10).describe('Most connections to Postgres that this node opens.'),
    DATABASE_STATEMENT_TIMEOUT_MS: int(1, DAY_MS)
      .default(2000)
      .describe('Milliseconds after which Postgres gives up on a statement.'),
    REDIS_URL: redisUrl
      .default('')
      .describe(
        'Redis 6.2 or newer, or Valkey, that several nodes share; servers of a Redis Cluster with commas between; empty: one node. One Parley alone uses it: a number of a database keeps no messages apart.',
      ),
    JWT_SECRET: z
      .union([z.literal(''), text.min(32, 'must be at least 32 characters')], {
        error: 'must be at least 32 characters',
      })
      .default('')
      .describe(
        'Key that signs access tokens, 32 characters or more; required in production; elsewhere made once and kept in DATA_DIR.',
      ),
    ACCESS_TOKEN_TTL_S: int(1, YEAR_S).default(900).describe('Seconds that an access token is valid.'),
    REFRESH_TOKEN_TTL_S: int(1, 10 * YEAR_S)
      .default(2_592_000)
      .describe('Seconds that a session lives without a new login.'),
    CORS_ORIGINS: list
      .refine((items) => items.every(isOrigin), 'must be origins such as https://app.example, with commas between')
      .default([])
      .describe(
        'Comma-separated origins that browsers may call from; empty: the same origin, and any loopback outside production.',
      ),
    TRUST_PROXY: proxies
      .default('')
      .describe(
        'Proxies whose X-Forwarded-* headers count: addresses, CIDRs, "loopback", or how many hops; empty: none.',
      ),
    RATE_LIMIT_DISABLED: flag.default(false).describe('1: no HTTP and login limits, for tests; refused in production.'),
    SHUTDOWN_TIMEOUT_MS: int(0, DAY_MS)
      .default(10_000)
      .describe('Milliseconds that a stop may take before connections are cut.'),
    WS_MAX_PAYLOAD_BYTES: int(1024, 16_777_216)
      .default(65_536)
      .describe('Largest frame that a client may send, in bytes.'),
    WS_HEARTBEAT_INTERVAL_MS: int(100, DAY_MS)
      .default(25_000)
      .describe('Milliseconds between pings; a peer silent for two of them is dropped.'),
    WS_AUTH_TIMEOUT_MS: int(100, DAY_MS)
      .default(10_000)
      .describe('Milliseconds that a client has to authenticate in band.'),
    WS_MAX_BUFFERED_BYTES: int(65_536, 1_073_741_824)
      .default(1_048_576)
      .describe('Bytes that may wait for a slow client before it is cut with 4413.'),
    WS_MAX_CONNECTIONS_PER_USER: int(0, 1_000_000)
      .default(200)
      .describe('WebSocket connections that one user may hold on a node; 0: no limit.'),
    WS_CLOSE_ON_TOKEN_EXPIRY: flag
      .default(false)
      .describe('1: a connection closes with its access token, unless a fresh one is sent in band.'),
    GUESTS_ENABLED: flag
      .default(false)
      .describe('1: people without an account may open rooms, meetings, lobbies and live topics, as guests.'),
    LIVE_NAMESPACES: namespaces
      .default(['/live'])
      .describe('Socket.IO namespaces with live topics, with commas between.'),
    WS_RATE_PER_SECOND: int(0, 1_000_000)
      .default(50)
      .describe('Frames a second that one connection may send, with a burst of twice that; 0: no limit.'),
    RECONNECT_GRACE_MS: int(0, DAY_MS)
      .default(4000)
      .describe('Milliseconds that a broken connection has to come back before others are told.'),
    ROOM_MAX_PARTICIPANTS: int(1, 10_000).default(50).describe('Participants that one room or call may hold.'),
    STUN_URLS: stunUrls
      .default([])
      .describe('STUN servers for calls, such as stun:stun.example.org:3478; with commas between.'),
    TURN_URLS: turnUrls
      .default([])
      .describe('TURN servers for calls, such as turn:turn.example.org:3478?transport=udp; with commas between.'),
    TURN_SECRET: text
      .default('')
      .describe('Secret that these TURN servers share, for credentials with a time limit (use-auth-secret of coturn).'),
    // A catalogue of attacks asks for 600 at most; the protocol page has the last word, and an hour.
    TURN_TTL_S: int(1, YEAR_S).default(3600).describe('Seconds that a TURN credential is valid.'),
    LOBBY_NAMESPACES: namespaces
      .default(['/lobby'])
      .describe('Socket.IO namespaces with a lobby, with commas between.'),
    UPLOAD_MAX_BYTES: int(1, 1_099_511_627_776).default(26_214_400).describe('Largest file, in bytes.'),
    UPLOAD_QUOTA_BYTES: int(0, Number.MAX_SAFE_INTEGER)
      .default(1_073_741_824)
      .describe('Bytes that the files of one user may take together; 0: no limit.'),
    ...laterSettings,
  })
  .superRefine((settings, context) => {
    if (settings.TURN_URLS.length > 0 && settings.TURN_SECRET === '')
      context.addIssue({ code: 'custom', path: ['TURN_SECRET'], message: 'is required with TURN_URLS' });
    if (settings.LIVE_NAMESPACES.some((each) => settings.LOBBY_NAMESPACES.includes(each)))
      context.addIssue({ code: 'custom', path: ['LIVE_NAMESPACES'], message: 'must have none of LOBBY_NAMESPACES' });
    if (settings.NODE_ENV !== 'production') return;
    if (settings.JWT_SECRET === '')
      context.addIssue({ code: 'custom', path: ['JWT_SECRET'], message: 'is required in production' });
    if (settings.RATE_LIMIT_DISABLED)
      context.addIssue({ code: 'custom', path: ['RATE_LIMIT_DISABLED'], message: 'must not be 1 in production' });
  });

type Values = z.output<typeof settingsSchema>;

const Shape = Object as unknown as new () => Readonly<Values>;

/** The frozen settings of this process. Services ask for this class and read what they need. */
export class Settings extends Shape {}

/** A setting was wrong: the message has a line for each, with its name and the reason, and never its value. */
class InvalidSettings extends OperatorError {}

/** Reads the settings out of an environment; an empty or missing variable means its default. */
export function parseSettings(environment: Record<string, string | undefined>): Settings {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = settingsSchema.safeParse(given);
  if (result.success) return Object.freeze(result.data);
  const lines = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  throw new InvalidSettings(lines.join('\n'));
}
