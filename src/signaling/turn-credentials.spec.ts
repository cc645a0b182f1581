import { expect, it } from 'vitest';
import { turnCredentials } from './turn-credentials.js';

it('names the end and the holder, and signs both with HMAC-SHA1 in base64', () => {
  // printf %s 1790000000:alice:standup | openssl dgst -sha1 -hmac 'north' -binary | base64
  expect(turnCredentials('north', new Date(1_790_000_000_999), 'alice', 'standup')).toEqual({
    username: '1790000000:alice:standup',
    credential: 'inIN1ncI6jtdKRVWwncOr3aD7hA=',
  });
});
