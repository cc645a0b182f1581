import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SocketClient } from '../support/socket-client.js';
import { somewhere } from './support/load.js';
import { allRefusedTwice, lockChannel, longestRefusal } from './support/locked-channel.js';
import { expectWhole } from './support/oracle.js';
import { Probe } from './support/probe.js';
import { chance, count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;
const POOL = 5;
const PLACES = 25;
/** Twice what is promised: 2 s (the reliability page). */
const FAST_MS = 4000;

describe('a database that gives less than is asked of it', { timeout: 30 * MINUTE_MS }, () => {
  let theatre: Stage;
  beforeAll(async () => {
    theatre = await Stage.open({
      env: { DATABASE_POOL_SIZE: String(POOL) },
      parameters: { max_connections: String(PLACES) },
    });
  }, MINUTE_MS);
  afterAll(() => theatre.close());

  it('F17: as many locked channels as the pool has connections: health and reads still answer', async () => {
    const locked = await Promise.all(Array.from({ length: POOL + 3 }, () => theatre.freshChannel()));
    const free = await theatre.freshChannel();
    const holders = await Promise.all(locked.map(lockChannel));
    const live = Probe.get(`${theatre.server.url}/health/live`);
    const reads = Probe.get(`${theatre.server.url}/api/channels/${free.channelId}/messages`, {
      authorization: `Bearer ${theatre.user(0).token}`,
    });
    for (const stage of locked) stage.write(1);
    free.write(1);
    await eventually(() => locked.every(allRefusedTwice), MINUTE_MS);
    await Promise.all(holders.map((holder) => holder.end()));
    await Promise.all(locked.map((stage) => somewhere(stage, chance())));
    await Promise.all([...locked, free].map((stage) => stage.settle()));
    for (const stage of [...locked, free]) await expectWhole(stage);
    expect(new Set(locked.flatMap(({ errors }) => Object.keys(errors)))).toEqual(new Set(['unavailable']));
    expect((await live.stop()).kinds).toEqual(['200']);
    expect((await reads.stop()).answers.get('200')).toBeGreaterThan(0);
    expect(reads.kinds.filter((kind) => kind !== '200' && kind !== '503')).toEqual([]);
    figures('F17 pool', {
      'longest refusal, ms': Math.max(...locked.map(longestRefusal)),
      'longest read, ms': Math.round(reads.longestMs),
    });
  });

  it('F17: no place left in Postgres is `unavailable` and 503 at once, and heals by itself', async () => {
    const stage = await theatre.freshChannel();
    stage.write(12);
    stage.read(3);
    for (let cycle = 1; cycle <= count('F17.cycles'); cycle++) {
      await withoutPlaces(stage);
      progress('F17', `places taken ${cycle} times, ${stage.acked} acknowledged`);
    }
    await stage.settle();
    await expectWhole(stage);
    expect(Object.keys(stage.errors)).toEqual(['unavailable']);
    expect(longestRefusal(stage)).toBeLessThan(FAST_MS);
    figures('F17 places', { cycles: count('F17.cycles'), 'longest refusal, ms': longestRefusal(stage) });
  });

  const withoutPlaces = async (stage: Stage) => {
    await somewhere(stage, chance());
    const taken = await takeEveryPlace(stage);
    const live = Probe.get(`${stage.server.url}/health/live`);
    const ready = Probe.get(`${stage.server.url}/health/ready`);
    const rest = new Probe(() =>
      stage
        .user(0)
        .api.get(`/channels/${stage.channelId}/messages`)
        .then((r) => r.status),
    );
    await allRefusedAgain(stage);
    await eventually(() => ready.answers.size > 0 && rest.answers.size > 0, MINUTE_MS);
    const { acked } = stage;
    const newcomer = await SocketClient.connect(stage.urlOf(stage.user(1)));
    expect((await newcomer.closed).code).toBe(1013);
    expect((await live.stop()).kinds).toEqual(['200']);
    expect((await ready.stop()).kinds).toEqual(['503']);
    expect((await rest.stop()).kinds).toEqual(['503']);
    expect(rest.longestMs).toBeLessThan(FAST_MS);
    expect(stage.acked).toBe(acked);
    await Promise.all(taken.map((client) => client.end()));
    await eventually(() => stage.acked > acked, MINUTE_MS);
  };
});

/** Each writer has been refused since this was called: all that it had committed before has been acknowledged. */
async function allRefusedAgain({ writers }: Stage): Promise<void> {
  const before = writers.map(({ errorsAfterMs }) => errorsAfterMs.length);
  await eventually(() => writers.every(({ errorsAfterMs }, i) => errorsAfterMs.length > before[i]!), MINUTE_MS);
}

/** Whatever the server gives up is ours at once. They are counted: a connection of its that begins is not listed yet. */
async function takeEveryPlace({ postgres }: Stage): Promise<Client[]> {
  const admin = await postgres.connect();
  const taken = [admin];
  await eventually(async () => {
    await admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'parley'`);
    while (taken.length < PLACES) taken.push(await postgres.connect());
    return true;
  }, MINUTE_MS);
  return taken;
}
