import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { RouteTable } from './gateway-route.js';
import { UpgradeRouter } from './upgrade-router.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('takes a storm of upgrades in their order, some in each turn of the event loop, and outlives those who leave meanwhile', async () => {
  const taken: string[] = [];
  const router = new UpgradeRouter({
    takeNeighbour: (_, pathname) => taken.push(pathname) > 0,
    routes: () => new RouteTable([]),
    accept: () => undefined,
    refusal: () => undefined,
  });
  const paths = Array.from({ length: 100 }, (_, n) => `/${n}`);
  const sockets = paths.map((url) => {
    const socket = new PassThrough();
    router.handle({ request: { url } as IncomingMessage, socket, head: Buffer.alloc(0) });
    return socket;
  });
  sockets[99]?.destroy(new Error('reset'));
  expect(taken).toEqual([]);
  await turn();
  expect(taken).toEqual(paths.slice(0, 32));
  for (let turns = 0; turns < 3; turns++) await turn();
  expect(taken).toEqual(paths);
  router.handle({ request: { url: '/later' } as IncomingMessage, socket: new PassThrough(), head: Buffer.alloc(0) });
  await turn();
  expect(taken.at(-1)).toBe('/later');
});
