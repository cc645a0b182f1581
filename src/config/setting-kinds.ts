import { isIP } from 'node:net';
import { z } from 'zod';
import { parseRedisUrl } from './redis-url.js';

export const text = z.string();
export const int = (min: number, max: number): z.ZodCoercedNumber =>
  z.coerce
    .number({ error: 'must be a whole number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
export const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).transform((value) => value === '1');
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
export const namespaces = list.refine(
  (items) => items.length > 0 && items.every((item) => /^\/[\w-]{1,63}$/.test(item)),
  'must be namespaces such as /lobby, with commas between',
);
export const isOrigin = (item: string): boolean => URL.canParse(item) && new URL(item).origin === item.toLowerCase();
export const url = (...schemes: string[]): z.ZodString =>
  z
    .string()
    .refine(
      (value) => value === '' || (URL.canParse(value) && schemes.includes(new URL(value).protocol)),
      `must be empty or a URL that starts with ${schemes.map((s) => `${s}//`).join(' or ')}`,
    );
export const redisUrl = text.refine(
  (value) => value === '' || parseRedisUrl(value) !== undefined,
  'must be empty or a URL such as redis://user:password@host:6379/0 (rediss:// for TLS), with commas between several hosts',
);

const ICE_SERVER = String.raw`([^\s/?#@:[\]]+|\[[\da-f:.]+\])(:\d{1,5})?`;
const iceUrls = (pattern: RegExp, example: string) =>
  list.refine(
    (items) => items.every((item) => pattern.test(item)),
    `must be URLs such as ${example}, with commas between`,
  );
/** As browsers take them (RFC 7064, RFC 7065): one that they do not take would break every call. */
export const stunUrls = iceUrls(new RegExp(`^stuns?:${ICE_SERVER}$`, 'i'), 'stun:stun.example.org:3478');
export const turnUrls = iceUrls(
  new RegExp(`^turns?:${ICE_SERVER}(\\?transport=(udp|tcp))?$`, 'i'),
  'turn:turn.example.org:3478?transport=udp',
);
/** What Express takes for `trust proxy`: a number of hops, or addresses, CIDRs and names of networks with commas between. */
export const proxies = text.refine(
  (value) => value === '' || /^\d+$/.test(value) || value.split(',').every((item) => isNetwork(item.trim())),
  'must be a number of hops, or addresses, CIDRs, loopback, linklocal or uniquelocal, with commas between',
);

function isNetwork(item: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(item)) return true;
  const [, address = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(item) ?? [];
  const family = isIP(address);
  if (family === 0) return false;
  return prefix === undefined || (Number(prefix) >= 1 && Number(prefix) <= (family === 4 ? 32 : 128));
}

export const YEAR_S = 31_536_000;
export const DAY_MS = 86_400_000;
