import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/infra/observability/metrics.js';
import { eventually } from '../support/eventually.js';
import { metricsOf } from '../support/metrics.js';
import { GreetingsModule } from '../support/documented-gateway.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { channelScene, register } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const CHANNEL = '{gateway="/ws/channel/:channel_id"}';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { RATE_LIMIT_DISABLED: '0' } });
});
afterAll(() => app.close());

describe('GET /metrics (8)', () => {
  it('is for Prometheus: without a token, outside /api, and never from a cache', async () => {
    const answer = await fetch(`${app.url}/metrics`);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'no-store',
    ]);
    expect(await answer.text()).toMatch(/^process_resident_memory_bytes \d+$/m);
    expect((await fetch(`${app.url}/api/metrics`)).status).toBe(404);
  });

  it('counts the connections of each gateway, what they send and are sent, and how they end', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const before = await metricsOf(app.url);
    const grown = async (name: string) => ((await metricsOf(app.url)).get(name) ?? 0) - (before.get(name) ?? 0);
    const [alice, bob] = [await members.alice.channel(channelId), await members.bob.channel(channelId)];
    await alice.request({ type: 'message', content: 'hello' });
    await bob.next('message');
    // The last that there is to be told.
    await alice.until('user_joined');
    expect(await grown(`parley_ws_connections${CHANNEL}`)).toBe(2);
    expect(await grown(`parley_ws_connections_opened_total${CHANNEL}`)).toBe(2);
    expect(await grown(`parley_ws_messages_received_total${CHANNEL}`)).toBe(1);
    // What was written last may not have arrived yet.
    const all = () => [alice, bob].flatMap((client) => client.seen);
    await eventually(async () => (await grown(`parley_ws_messages_sent_total${CHANNEL}`)) === all().length);
    const seen = all();
    const bytes = seen.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
    // Of the frames: a header of two or four bytes is before each.
    expect(await grown(`parley_ws_sent_bytes_total${CHANNEL}`)).toBeGreaterThanOrEqual(bytes + 2 * seen.length);
    expect(await grown(`parley_ws_sent_bytes_total${CHANNEL}`)).toBeLessThanOrEqual(bytes + 4 * seen.length);

    const closes = (code: string) => `parley_ws_closes_total{gateway="/ws/channel/:channel_id",code="${code}"}`;
    await alice.close(1000);
    await bob.close(4999);
    await eventually(async () => (await grown(`parley_ws_connections${CHANNEL}`)) === 0);
    expect([await grown(closes('1000')), await grown(closes('other'))]).toEqual([1, 1]);
    expect(await grown(`parley_ws_connections_opened_total${CHANNEL}`)).toBe(2);
    expect(await grown(`parley_ws_messages_received_total${CHANNEL}`)).toBe(1);
  });

  it('tells what became of each message, and how long its commit took', async () => {
    const { members, channelId } = await channelScene(app, { members: ['alice'] });
    const before = await metricsOf(app.url);
    const grown = async (name: string) => ((await metricsOf(app.url)).get(name) ?? 0) - (before.get(name) ?? 0);
    const outcome = (name: string) => `parley_log_drafts_total{outcome="${name}"}`;
    const path = `/channels/${channelId}/messages`;
    for (const [content, nonce] of [
      ['one', 'a'],
      ['two', 'b'],
      ['one', 'a'],
      ['another', 'a'],
    ]) {
      await members.alice.api.post(path, { content, nonce });
    }
    expect([await grown(outcome('stored')), await grown(outcome('duplicate'))]).toEqual([2, 1]);
    expect(await grown(outcome('conflict'))).toBe(1);
    expect(await grown('parley_log_append_duration_seconds_count')).toBe(2);
    expect(await grown('parley_log_append_duration_seconds_sum')).toBeGreaterThan(0);
    expect(await grown('parley_log_batch_drafts_count')).toBe(4);
  });

  it('times requests by the template of their route, and by none where there is none', async () => {
    const before = await metricsOf(app.url);
    const { groupId, owner } = await channelScene(app, { members: [] });
    await owner.api.get(`/groups/${groupId}`);
    await fetch(`${app.url}/api/no-such-route/${groupId}`);
    const metrics = await metricsOf(app.url);
    const grown = (labels: string) => {
      const name = `parley_http_request_duration_seconds_count{${labels}}`;
      return (metrics.get(name) ?? 0) - (before.get(name) ?? 0);
    };
    expect(grown('method="GET",route="/api/groups/:id",status="200"')).toBe(1);
    expect(grown('method="GET",route="(none)",status="404"')).toBe(1);
    // Whatever happened so far: no id, no name, no token of anybody's.
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    for (const secret of [groupId, owner.username, owner.token]) expect(text).not.toContain(secret);
  });

  it('says how Postgres is, and nothing of a Redis that is not used', async () => {
    const metrics = await metricsOf(app.url);
    expect(metrics.get('parley_postgres_up')).toBe(1);
    expect(metrics.get('parley_postgres_pool_waiting')).toBe(0);
    const connections = ['idle', 'busy'].map((state) =>
      metrics.get(`parley_postgres_pool_connections{state="${state}"}`),
    );
    expect(connections[0]! + connections[1]!).toBeGreaterThan(0);
    expect(metrics.has('parley_redis_up')).toBe(false);
  });

  it('has every metric of the dashboard', async () => {
    const dashboard = readFileSync(
      path.resolve(import.meta.dirname, '../../docker/grafana/dashboards/parley.json'),
      'utf8',
    );
    const named = new Set([...dashboard.matchAll(/(?:parley|nodejs|process)_[a-z0-9_]+/g)].map(([name]) => name));
    const text = await (await fetch(`${app.url}/metrics`)).text();
    const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    const missing = [...named].filter(
      (name) => !known.has(name.replace(/_(bucket|count|sum)$/, '')) && !known.has(name),
    );
    // Of a node alone.
    expect(missing).toEqual(['parley_redis_up']);
  });

  it('counts Socket.IO gateways as well, by namespace', async () => {
    const other = await startTestApp({ extraModules: [GreetingsModule], databaseUrl: app.databaseUrl });
    const alice = await register(other, 'alice');
    const count = async (name: string, labels = '') =>
      (await metricsOf(other.url)).get(`parley_ws_${name}{gateway="/greetings"${labels}}`);
    expect([await count('connections'), await count('messages_sent_total')]).toEqual([0, 0]);
    const client = await SocketIoClient.connect(`${other.url}/greetings`, { auth: { token: alice.token } });
    await client.request('greet:now', { name: 'Bob' });
    expect([await count('connections'), await count('connections_opened_total')]).toEqual([1, 1]);
    // Of the server: a hint, the greeting, and the acknowledgement.
    expect([await count('messages_received_total'), await count('messages_sent_total')]).toEqual([1, 3]);
    client.close();
    await eventually(async () => (await count('connections')) === 0);
    expect(await count('closes_total', ',code="1000"')).toBe(1);
    await other.close();
  });

  it('is of one application, where a process runs several', async () => {
    const other = await startTestApp({ databaseUrl: app.databaseUrl });
    try {
      other.app.get(Metrics).counter({ name: 'parley_test_total', help: 'For this test.' }).inc(7);
      expect((await metricsOf(other.url)).get('parley_test_total')).toBe(7);
      expect((await metricsOf(app.url)).has('parley_test_total')).toBe(false);
    } finally {
      await other.close();
    }
  });
});
