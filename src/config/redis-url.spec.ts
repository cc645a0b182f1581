import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from './redis-url.js';

const PLAIN = { username: '', password: '', database: 0, tls: false };

describe('REDIS_URL', () => {
  it.each([
    ['redis://localhost', { ...PLAIN, servers: [{ host: 'localhost', port: 6379 }] }],
    ['redis://127.0.0.1:7000/', { ...PLAIN, servers: [{ host: '127.0.0.1', port: 7000 }] }],
    ['redis://[::1]:7000/3', { ...PLAIN, servers: [{ host: '::1', port: 7000 }], database: 3 }],
    [
      'rediss://:p%40ss@r.example',
      { ...PLAIN, servers: [{ host: 'r.example', port: 6379 }], password: 'p@ss', tls: true },
    ],
    [
      'redis://user:pw@h1:6379, h2:6380,h3',
      {
        ...PLAIN,
        servers: [
          { host: 'h1', port: 6379 },
          { host: 'h2', port: 6380 },
          { host: 'h3', port: 6379 },
        ],
        username: 'user',
        password: 'pw',
      },
    ],
  ])('reads %s', (url, address) => {
    expect(parseRedisUrl(url)).toEqual(address);
  });

  it.each(['redis:localhost', 'https://h', 'redis://', 'redis://h1,,h2', 'redis://h:99999', 'redis://h/db'])(
    'does not take %s',
    (url) => {
      expect(parseRedisUrl(url)).toBeUndefined();
    },
  );
});
