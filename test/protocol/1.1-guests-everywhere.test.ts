import { DiscoveryService } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeRawGateways } from '../../src/realtime/gateway-catalogue.js';
import { SOCKET_GATEWAY, SocketGatewayOptions } from '../../src/realtime/socket-gateway.js';
import { SocketClient } from '../support/socket-client.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp, TestApp } from '../support/test-app.js';

const ID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f61';
/** Where a guest is somebody: everything else refuses its token, whatever is asked. */
const ROUTES_FOR_GUESTS = [
  'GET /api/ice-servers',
  'GET /api/live/{topic}',
  'GET /api/live/{topic}/rules',
  'GET /api/lobby/rooms',
  'GET /api/lobby/stats',
  'GET /api/meetings/{room_id}',
  'GET /api/rooms/{room_id}',
  'PUT /api/live/{topic}',
];
const GATEWAYS_FOR_GUESTS = ['/live', '/lobby', '/ws/:room_id', '/ws/meet/:room_id'];

let app: TestApp;
let token: string;
let routes: [method: string, path: string][];
beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' } });
  token = (await app.api.post('/auth/guest', { username: 'Ada' })).body.access_token as string;
  const document = (await (await fetch(`${app.url}/api/docs-json`)).json()) as OpenAPIObject;
  routes = Object.entries(document.paths).flatMap(([path, item]) =>
    (['get', 'put', 'post', 'delete', 'patch'] as const).flatMap((method): [string, string][] =>
      item[method]?.security?.length ? [[method.toUpperCase(), path]] : [],
    ),
  );
});
afterAll(() => app.close());

/** Every gateway there is, by path or namespace, of either transport. */
function gateways(): string[] {
  const discovery = app.app.get(DiscoveryService, { strict: false });
  const raw = describeRawGateways(discovery).map(({ path }) => path);
  const sockets = discovery.getProviders().flatMap(({ metatype }) => {
    const options = metatype && (Reflect.getMetadata(SOCKET_GATEWAY, metatype) as SocketGatewayOptions | undefined);
    if (!options) return [];
    return typeof options.namespaces === 'string' ? [options.namespaces] : options.namespaces(app.settings);
  });
  return [...raw, ...sockets];
}
const isRaw = (gateway: string) => gateway.startsWith('/ws');
const openRaw = (path: string) => {
  const pathname = path.replace(':room_id', 'a-room').replace(/:\w+/, ID);
  return SocketClient.connect(`${app.wsUrl}${pathname}?token=${token}`);
};

describe('a guest’s token (1.1)', () => {
  it('is refused with `forbidden` by every REST route that needs an account', async () => {
    expect(routes.length).toBeGreaterThan(40);
    const refused = routes.filter(([method, path]) => !ROUTES_FOR_GUESTS.includes(`${method} ${path}`));
    for (const [method, path] of refused) {
      const address = path.replace(/^\/api/, '').replace(/\{\w+\}/g, ID);
      const { status, body } = await app.api.send(method, address, method === 'GET' ? undefined : '{}', { token });
      expect([`${method} ${path}`, status, body.code]).toEqual([`${method} ${path}`, 403, 'forbidden']);
    }
  });

  it('is somebody on the routes of rooms, meetings, lobbies and live topics', async () => {
    const open = routes.filter(([method, path]) => ROUTES_FOR_GUESTS.includes(`${method} ${path}`));
    expect(open.length).toBeGreaterThanOrEqual(6);
    for (const [method, path] of open.filter(([method]) => method === 'GET')) {
      const { status } = await app.api.send(method, path.replace(/^\/api/, '').replace(/\{\w+\}/g, ID), undefined, {
        token,
      });
      expect([path, [200, 404].includes(status)]).toEqual([path, true]);
    }
  });

  it('opens room, meeting, lobby and live gateways', async () => {
    const open = gateways().filter((gateway) => GATEWAYS_FOR_GUESTS.includes(gateway));
    expect(open).toEqual(expect.arrayContaining(['/live', '/ws/:room_id', '/ws/meet/:room_id']));
    for (const gateway of open) {
      if (isRaw(gateway)) {
        const client = await openRaw(gateway);
        await client.request({ type: 'ping' });
        await client.close();
      } else {
        (await SocketIoClient.connect(app.url + gateway, { auth: { token } })).close();
      }
    }
  });

  it('opens no other gateway: close 4403, or a `connect_error` with the code `forbidden`', async () => {
    const closed = gateways().filter((gateway) => !GATEWAYS_FOR_GUESTS.includes(gateway));
    expect(closed).toEqual(expect.arrayContaining(['/ws/channel/:channel_id', '/ws/dm/:other_user_id']));
    for (const gateway of closed) {
      if (isRaw(gateway)) {
        const client = await openRaw(gateway);
        expect([gateway, (await client.closed).code]).toEqual([gateway, 4403]);
        expect(client.seen).toEqual([]);
      } else {
        const refused = await SocketIoClient.refusal(app.url + gateway, { auth: { token } });
        expect([gateway, refused.data]).toEqual([gateway, { code: 'forbidden' }]);
      }
    }
  });

  it('buys no ticket, and is none', async () => {
    expect((await app.api.post('/auth/ws-ticket', {}, { token })).body.code).toBe('forbidden');
    const client = await SocketClient.connect(`${app.wsUrl}/ws/a-room?ticket=${token}`);
    expect(await client.next()).toMatchObject({ type: 'auth_error', code: 'invalid_token' });
  });
});

describe('a client without any credential (1.1)', () => {
  it('is made a guest at once on a Socket.IO namespace that takes guests, with the name that it wishes', async () => {
    for (const [wish, name] of [
      [' Ada ', 'Ada (guest)'],
      [undefined, expect.stringMatching(/^Guest [0-9a-f]{6}$/)],
    ]) {
      const client = await SocketIoClient.connect(`${app.url}/live`, { auth: { username: wish } });
      const [success] = await client.next('auth_success');
      expect(success).toMatchObject({ user: name, guest: true, token: expect.any(String) });
      const back = await SocketIoClient.connect(`${app.url}/live`, { auth: { token: success['token'] } });
      expect(await back.request('subscribe_updates')).toMatchObject({ success: true });
    }
  });

  it('is refused with a name that may not be', async () => {
    const refused = await SocketIoClient.refusal(`${app.url}/live`, { auth: { username: 'a\u202eb' } });
    expect(refused.data).toMatchObject({ code: 'validation_failed' });
  });

  it('is refused everywhere while guests are off', async () => {
    const off = await startTestApp({ databaseUrl: app.databaseUrl });
    try {
      const auth = { token };
      expect((await SocketIoClient.refusal(`${off.url}/live`)).data).toMatchObject({ code: 'auth_required' });
      expect((await SocketIoClient.refusal(`${off.url}/live`, { auth })).data).toMatchObject({ code: 'invalid_token' });
    } finally {
      await off.close();
    }
  });
});
