import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { AddressInfo, connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.js';
import { startEmbeddedPostgres } from '../../src/infra/database/embedded-postgres.js';
import { migrate } from '../../src/infra/database/migrate.js';
import { metricsOf } from '../support/metrics.js';
import { createTestDatabase } from '../support/test-database.js';
import { startTestApp } from '../support/test-app.js';

const NOT_READY = {
  status: 503,
  code: 'unavailable',
  errors: [{ field: 'database', problems: ['gave no answer within 1000 ms'] }],
};

describe('health (8)', () => {
  it('is alive and ready without a token, outside /api, and never limited', async () => {
    const server = await startTestApp({ env: { RATE_LIMIT_DISABLED: '0' } });
    try {
      const live = await fetch(`${server.url}/health/live`);
      expect([live.status, live.headers.get('cache-control'), await live.json()]).toEqual([
        200,
        'no-store',
        { status: 'ok' },
      ]);
      const ready = await fetch(`${server.url}/health/ready`);
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ok', checks: { database: 'ok' } }]);
      const many = await Promise.all(Array.from({ length: 300 }, () => fetch(`${server.url}/health/live`)));
      expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200]));
      expect((await fetch(`${server.url}/api/health/live`)).status).toBe(404);
    } finally {
      await server.close();
    }
  });

  it('is not ready, but alive, once its Postgres has stopped', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'parley-health-'));
    chmodSync(folder, 0o711);
    const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres') });
    await migrate({ url: postgres.url, migrations: MIGRATIONS });
    const server = await startTestApp({ databaseUrl: postgres.url });
    try {
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
      await postgres.stop();
      const ready = await fetch(`${server.url}/health/ready`);
      expect(ready.headers.get('content-type')).toMatch('application/problem+json');
      expect(ready.headers.get('retry-after')).toBe('1');
      expect(await ready.json()).toMatchObject(NOT_READY);
      expect((await metricsOf(server.url)).get('parley_postgres_up')).toBe(0);
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
    } finally {
      await server.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('says after a second that a Postgres which takes connections and never answers is none, and sees it come back', async () => {
    const database = await createTestDatabase();
    const wire = await startWire(Number(new URL(inject('templateUrl')).port));
    const url = new URL(database.url);
    url.port = wire.port.toString();
    const server = await startTestApp({ databaseUrl: url.href });
    try {
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
      wire.hold();
      const asked = performance.now();
      const ready = await fetch(`${server.url}/health/ready`);
      expect(await ready.json()).toMatchObject(NOT_READY);
      expect(performance.now() - asked).toBeLessThan(5000);
      wire.release();
      await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status).toBe(200);
    } finally {
      wire.release();
      await server.close();
      await wire.close();
      await database.drop();
    }
  });
});

/** A wire to Postgres that can be held: bytes wait, and connections stay. */
async function startWire(target: number) {
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.pipe(upstream).pipe(client);
    sockets.push(client, upstream);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hold: () => {
      for (const socket of sockets) socket.pause();
    },
    release: () => {
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
