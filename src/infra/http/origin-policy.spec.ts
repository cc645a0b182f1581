import { describe, expect, it } from 'vitest';
import { isOriginAllowed } from './origin-policy.js';

const HOST = 'chat.example';

describe('the origin policy (9)', () => {
  const listed = { CORS_ORIGINS: ['https://good.example', 'http://10.0.0.5:3000'], NODE_ENV: 'production' as const };
  const production = { CORS_ORIGINS: [], NODE_ENV: 'production' as const };
  const development = { CORS_ORIGINS: [], NODE_ENV: 'development' as const };

  it.each([
    [undefined, true],
    ['https://good.example', true],
    ['HTTPS://Good.Example', true],
    ['http://10.0.0.5:3000', true],
    ['http://good.example', false],
    ['https://good.example:8443', false],
    ['https://good.example.evil', false],
    ['https://evil.example/https://good.example', false],
    ['https://user@good.example', false],
    ['https://chat.example', false],
    ['http://localhost:5173', false],
    ['null', false],
    ['', false],
    ['garbage', false],
  ])('with a list: %s is allowed: %s', (origin, allowed) => {
    expect(isOriginAllowed(origin, HOST, listed)).toBe(allowed);
  });

  it.each([
    ['https://chat.example', HOST, true],
    ['https://chat.example:8443', 'chat.example:8443', true],
    ['https://chat.example:8443', HOST, false],
    ['https://chat.example.evil', HOST, false],
    ['https://chat.example', undefined, false],
    ['http://localhost:5173', HOST, false],
    ['null', HOST, false],
    ['null', 'null', false],
  ])('without a list, in production: %s at %s is allowed: %s', (origin, host, allowed) => {
    expect(isOriginAllowed(origin, host, production)).toBe(allowed);
  });

  it.each([
    ['http://localhost:5173', true],
    ['http://127.0.0.1:3000', true],
    ['http://127.8.9.10', true],
    ['http://[::1]:5173', true],
    ['http://app.localhost:5173', true],
    ['http://localhost.evil', false],
    ['http://127.0.0.1.evil', false],
    ['http://evillocalhost', false],
    ['http://192.168.0.7:3000', false],
  ])('without a list, in development: %s is allowed: %s', (origin, allowed) => {
    expect(isOriginAllowed(origin, HOST, development)).toBe(allowed);
  });
});
