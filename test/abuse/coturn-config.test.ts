import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isIPv4 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { SHIPPED_CONFIG } from '../support/turn-server.js';

const lines = readFileSync(SHIPPED_CONFIG, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const valuesOf = (option: string) =>
  lines.flatMap((line) => (line.startsWith(`${option}=`) ? [line.slice(option.length + 1)] : []));
const denied = valuesOf('denied-peer-ip').map((range) => {
  const [from = '', to = ''] = range.split('-');
  return { from: numberOf(from), to: numberOf(to), isV4: isIPv4(from) };
});

describe('the coturn configuration of docker-compose (R6)', () => {
  it.each([
    ['this host', '0.0.0.0/8'],
    ['loopback', '127.0.0.0/8'],
    ['private', '10.0.0.0/8'],
    ['private', '172.16.0.0/12'],
    ['private', '192.168.0.0/16'],
    ['carrier-grade NAT', '100.64.0.0/10'],
    ['link-local', '169.254.0.0/16'],
    ['protocol assignments', '192.0.0.0/24'],
    ['benchmarks', '198.18.0.0/15'],
    ['multicast', '224.0.0.0/4'],
    ['reserved, broadcast', '240.0.0.0/4'],
    ['loopback', '::1/128'],
    ['unique local', 'fc00::/7'],
    ['link-local', 'fe80::/10'],
    ['site-local', 'fec0::/10'],
    ['multicast', 'ff00::/8'],
    ['discard-only', '100::/64'],
    ['IPv4 mapped', '::ffff:0:0/96'],
    ['IPv4 translated', '::ffff:0:0:0/96'],
    ['NAT64', '64:ff9b::/96'],
    ['local NAT64', '64:ff9b:1::/48'],
    ['Teredo', '2001::/32'],
    ['6to4', '2002::/16'],
  ])('denies %s, %s', (_, cidr) => {
    const [address = '', bits = ''] = cidr.split('/');
    const size = 1n << BigInt((isIPv4(address) ? 32 : 128) - Number(bits));
    const first = numberOf(address);
    const whole = denied.some(
      ({ from, to, isV4 }) => isV4 === isIPv4(address) && from <= first && to >= first + size - 1n,
    );
    expect(whole).toBe(true);
  });

  it('denies IPv4-compatible addresses, but for ::, which coturn denies by itself and takes for no lower end', () => {
    const compatible = denied.find(({ from, isV4 }) => !isV4 && from === numberOf('::1'));
    expect(compatible?.to).toBe(numberOf('::ffff:ffff'));
    expect(valuesOf('denied-peer-ip').filter((range) => range.startsWith('::-'))).toEqual([]);
  });

  it('lets public addresses be relayed to', () => {
    for (const address of [
      '1.1.1.1',
      '8.8.8.8',
      '100.63.255.255',
      '172.32.0.1',
      '2606:4700:4700::1111',
      '2a00:1450::1',
    ]) {
      const hit = denied.filter(
        ({ from, to, isV4 }) => isV4 === isIPv4(address) && from <= numberOf(address) && numberOf(address) <= to,
      );
      expect([address, hit]).toEqual([address, []]);
    }
  });

  it('has credentials with a time limit alone, quotas, and nothing that undoes the list', () => {
    expect(lines).toContain('use-auth-secret');
    expect(lines).toContain('no-multicast-peers');
    expect(Number(valuesOf('user-quota'))).toBeGreaterThan(0);
    expect(Number(valuesOf('total-quota'))).toBeGreaterThan(0);
    const options = new Set(lines.map((line) => line.split('=')[0]));
    for (const option of [
      'user',
      'no-auth',
      'lt-cred-mech',
      'allow-loopback-peers',
      'allowed-peer-ip',
      'static-auth-secret',
      'cli-password',
    ])
      expect([option, options.has(option)]).toEqual([option, false]);
  });

  it('is given to a coturn of 4.13.1 or newer, with the secret that the nodes have', () => {
    const compose = readFileSync(path.resolve(import.meta.dirname, '../../docker-compose.yml'), 'utf8');
    const [, major, minor, patch] = /image: coturn\/coturn:(\d+)\.(\d+)\.(\d+)/.exec(compose)!.map(Number);
    expect(major! * 1e6 + minor! * 1e3 + patch!).toBeGreaterThanOrEqual(4_013_001);
    expect(compose.match(/\$\{TURN_SECRET:\?/g)).toHaveLength(2);
  });
});

function numberOf(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const hex = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail] = hex.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n);
}
