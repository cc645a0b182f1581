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
