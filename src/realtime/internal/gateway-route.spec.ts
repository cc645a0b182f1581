import { describe, expect, it } from 'vitest';
import { GatewayRoute, RouteTable } from './gateway-route.js';

const route = (path: string) => ({ path }) as GatewayRoute;
// The general ones first: the order in which modules are loaded must not count.
const table = new RouteTable(['/ws/:room_id', '/ws/meet/:room_id', '/ws/user', '/ws/channel/:channel_id'].map(route));
const find = (pathname: string) => {
  const found = table.find(pathname);
  return found && [found.route.path, found.params];
};

describe('route table (architecture section 2)', () => {
  it('prefers a literal to a parameter', () => {
    expect(find('/ws/user')).toEqual(['/ws/user', {}]);
    expect(find('/ws/users')).toEqual(['/ws/:room_id', { room_id: 'users' }]);
  });

  it('prefers the longer path', () => {
    expect(find('/ws/meet/r1')).toEqual(['/ws/meet/:room_id', { room_id: 'r1' }]);
    expect(find('/ws/meet')).toEqual(['/ws/:room_id', { room_id: 'meet' }]);
  });

  it('decodes parameters once', () => {
    expect(find('/ws/a%252fb')).toEqual(['/ws/:room_id', { room_id: 'a%2fb' }]);
  });

  it.each(['/', '', '/ws', '/ws/a/b', '//ws/user', '/WS/user', '/ws/channel/1/2'])(
    'finds nothing for %j',
    (pathname) => {
      expect(find(pathname)).toBeUndefined();
    },
  );

  it('throws on a malformed escape', () => {
    expect(() => find('/ws/%zz')).toThrow(URIError);
  });
});
