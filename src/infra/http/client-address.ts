import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

/**
 * Whom a limit per address counts: the address, or the /64 of an IPv6 one, which is a single subscriber's to vary.
 * Give it `request.ip`, which heeds `X-Forwarded-For` from the proxies of `TRUST_PROXY` alone.
 */
export function clientNetwork(ip: string | undefined): string {
  if (ip === undefined) return 'unknown';
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return isIPv6(address) ? `${groups(address).slice(0, 4).join(':')}::/64` : address;
}

/**
 * The address of who asks, as Express's `request.ip` tells it, for the upgrades that Express never sees. `trusts` is
 * Express's own `trust proxy fn`: whether the proxy at this address, that many hops away, is believed.
 */
export function clientAddress(
  request: IncomingMessage,
  trusts: (address: string, hop: number) => boolean,
): string | undefined {
  const forwarded = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const hops = [request.socket.remoteAddress ?? '', ...forwarded.map((hop) => hop.trim()).reverse()].filter(Boolean);
  return hops.find((address, hop) => !trusts(address, hop)) ?? hops.at(-1);
}

function groups(address: string): string[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  return [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
}
