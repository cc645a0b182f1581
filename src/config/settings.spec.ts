import { describe, expect, it } from 'vitest';
import { settingsWithoutEffect } from './later-settings.js';
import { parseSettings } from './settings.js';

describe('settings (section 9)', () => {
  it('has the defaults of the protocol page', () => {
    expect(parseSettings({})).toMatchObject({
      PORT: 8000,
      HOST: '0.0.0.0',
      ACCESS_TOKEN_TTL_S: 900,
      REFRESH_TOKEN_TTL_S: 2592000,
      DATABASE_POOL_SIZE: 10,
      WS_MAX_PAYLOAD_BYTES: 65536,
      WS_RATE_PER_SECOND: 50,
      RECONNECT_GRACE_MS: 4000,
      STUN_URLS: [],
      TURN_URLS: [],
      TURN_TTL_S: 3600,
    });
  });

  it('takes an empty variable for a missing one', () => {
    expect(parseSettings({ PORT: '' }).PORT).toBe(8000);
  });

  it.each([
    ['PORT', '70000', /PORT must be at most 65535/],
    ['PORT', 'http', /PORT must be a whole number/],
    ['PORT', '80.5', /PORT must be a whole number/],
    ['WS_CLOSE_ON_TOKEN_EXPIRY', 'yes', /WS_CLOSE_ON_TOKEN_EXPIRY must be 0 or 1/],
    ['DATABASE_URL', 'mysql://x/y', /DATABASE_URL must be empty or a URL that starts with postgres:\/\//],
    ['JWT_SECRET', 'short', /JWT_SECRET must be at least 32 characters/],
    ['CORS_ORIGINS', 'https://a.example, b.example', /CORS_ORIGINS must be origins such as/],
    ['CORS_ORIGINS', 'https://a.example/', /CORS_ORIGINS must be origins such as/],
    ['CORS_ORIGINS', '*', /CORS_ORIGINS must be origins such as/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL must be fatal/],
  ])('refuses %s=%s with its name and the reason', (name, value, message) => {
    expect(() => parseSettings({ [name]: value })).toThrow(message);
  });

  it.each(['banana', '10.0.0.0/33', '10.0.0.0/0', '::1/129', '-1', '1.5', 'loopback,', '10.0.0.1;10.0.0.2'])(
    'refuses TRUST_PROXY=%s',
    (value) => {
      expect(() => parseSettings({ TRUST_PROXY: value })).toThrow(
        /^TRUST_PROXY must be a number of hops, or addresses/,
      );
    },
  );

  it.each(['2', 'loopback', '10.0.0.1', '10.0.0.0/8, fd00::/8,uniquelocal', '::ffff:10.0.0.1', 'linklocal'])(
    'takes TRUST_PROXY=%s',
    (value) => {
      expect(parseSettings({ TRUST_PROXY: value }).TRUST_PROXY).toBe(value);
    },
  );

  it.each([
    'localhost',
    'http://localhost',
    'redis://',
    'redis://a,',
    'redis://a:port',
    'redis://a:6379/x',
    'redis://a?b=c',
    'redis://u:%zz@a',
  ])('refuses REDIS_URL=%s', (value) => {
    expect(() => parseSettings({ REDIS_URL: value })).toThrow(/^REDIS_URL must be empty or a URL such as redis:/);
  });

  it.each([
    'stun:a.example',
    'turn://a.example',
    'turn:a.example?transport=sctp',
    'turn:u@a.example',
    'turn:a:1,b:2',
    'turn:',
  ])('refuses TURN_URLS=%s, which a browser would refuse', (value) => {
    expect(() => parseSettings({ TURN_URLS: value, TURN_SECRET: 's' })).toThrow(
      'TURN_URLS must be URLs such as turn:turn.example.org:3478?transport=udp, with commas between',
    );
  });

  it.each([
    'turn:a.example',
    'turns:a.example:443?transport=tcp, turn:[2001:db8::1]:3478?transport=udp',
    'turn:192.0.2.1',
  ])('takes TURN_URLS=%s, with a secret alone', (value) => {
    expect(parseSettings({ TURN_URLS: value, TURN_SECRET: 's' }).TURN_URLS).toEqual(value.split(', '));
    expect(() => parseSettings({ TURN_URLS: value })).toThrow('TURN_SECRET is required with TURN_URLS');
  });

  it('takes STUN_URLS with a port or without, and no transport', () => {
    expect(parseSettings({ STUN_URLS: 'stun:a.example,stuns:[::1]:5349' }).STUN_URLS).toHaveLength(2);
    expect(() => parseSettings({ STUN_URLS: 'stun:a.example?transport=udp' })).toThrow(
      /^STUN_URLS must be URLs such as stun:/,
    );
  });

  it('names every bad setting at once, and never its value', () => {
    expect(() => parseSettings({ PORT: 'x', JWT_SECRET: 'hunter2' })).toThrow(/^PORT .*\nJWT_SECRET [^\n]*$/);
    expect(() => parseSettings({ JWT_SECRET: 'hunter2' })).not.toThrow(/hunter2/);
  });

  it('requires a secret, and limits, in production', () => {
    expect(() => parseSettings({ NODE_ENV: 'production' })).toThrow('JWT_SECRET is required in production');
    const secret = 's'.repeat(32);
    expect(() => parseSettings({ NODE_ENV: 'production', JWT_SECRET: secret, RATE_LIMIT_DISABLED: '1' })).toThrow(
      'RATE_LIMIT_DISABLED must not be 1 in production',
    );
    expect(parseSettings({ NODE_ENV: 'production', JWT_SECRET: secret }).JWT_SECRET).toBe(secret);
  });

  it('gives a namespace to one gateway', () => {
    expect(() => parseSettings({ LIVE_NAMESPACES: '/live,/lobby' })).toThrow(
      /^LIVE_NAMESPACES must have none of LOBBY_NAMESPACES$/,
    );
    expect(parseSettings({ LIVE_NAMESPACES: '/lobby', LOBBY_NAMESPACES: '/game' }).LIVE_NAMESPACES).toEqual(['/lobby']);
  });

  it('checks settings whose feature comes later, and names those that are set', () => {
    expect(() => parseSettings({ LOBBY_NAMESPACES: 'lobby' })).toThrow(/^LOBBY_NAMESPACES must be namespaces/);
    expect(parseSettings({})).toMatchObject({
      LOBBY_NAMESPACES: ['/lobby'],
      LIVE_NAMESPACES: ['/live'],
    });
    expect(settingsWithoutEffect({ S3_REGION: 'eu', S3_BUCKET: '', PORT: '1' })).toEqual(['S3_REGION']);
  });

  it('cannot be changed', () => {
    const settings = parseSettings({});
    expect(() => Object.assign(settings, { PORT: 1 })).toThrow(TypeError);
  });
});
