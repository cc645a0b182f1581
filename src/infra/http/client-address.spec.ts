import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddress, clientNetwork } from './client-address.js';

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  [undefined, 'unknown'],
])('counts %s as %s, so that an IPv6 subscriber is one client', (ip, network) => {
  expect(clientNetwork(ip)).toBe(network);
});

it.each([
  ['nobody', undefined, '10.0.0.1'],
  ['nobody', '192.0.2.1', '10.0.0.1'],
  ['the proxies', '192.0.2.1', '192.0.2.1'],
  ['the proxies', '198.51.100.9, 192.0.2.1', '192.0.2.1'],
  ['the proxies', '192.0.2.1, 10.0.0.2', '192.0.2.1'],
  ['the proxies', '10.0.0.3,10.0.0.2', '10.0.0.3'],
  ['the proxies', undefined, '10.0.0.1'],
])('trusting %s, finds in X-Forwarded-For %s the client at %s', (trusted, forwarded, address) => {
  const request = { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress: '10.0.0.1' } };
  const trusts = (hop: string) => trusted === 'the proxies' && hop.startsWith('10.');
  expect(clientAddress(request as unknown as IncomingMessage, trusts)).toBe(address);
});
