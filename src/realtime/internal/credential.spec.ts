import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { upgradeCredential } from './credential.js';

const read = (headers: IncomingHttpHeaders, query = '') => upgradeCredential(headers, new URLSearchParams(query));

describe('credential of the upgrade (1.1)', () => {
  it.each(['Bearer t', 'bearer t', 'BEARER   t '])('is the token of `Authorization: %s`', (authorization) => {
    expect(read({ authorization })).toEqual({ kind: 'token', value: 't' });
  });

  it.each(['Basic dTpw', 'Bearer', 'Bearer ', 'Bearer a b', 't'])(
    'is nothing in `Authorization: %s`',
    (authorization) => {
      expect(read({ authorization })).toBeUndefined();
    },
  );

  it.each(['bearer, t', 'bearer,t', 'chat, bearer, t'])(
    'is what follows `bearer` in the subprotocols `%s`',
    (protocols) => {
      expect(read({ 'sec-websocket-protocol': protocols })).toEqual({ kind: 'token', value: 't' });
    },
  );

  it.each(['bearer', 'bearer,', 'chat', 't, bearer'])('is nothing in the subprotocols `%s`', (protocols) => {
    expect(read({ 'sec-websocket-protocol': protocols })).toBeUndefined();
  });

  it('is a ticket before a token in the query, and an empty one is none', () => {
    expect(read({}, 'token=a&ticket=b')).toEqual({ kind: 'ticket', value: 'b' });
    expect(read({}, 'token=a&ticket=')).toEqual({ kind: 'token', value: 'a' });
    expect(read({}, 'token=&ticket=')).toBeUndefined();
  });
});
