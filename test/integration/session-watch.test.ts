import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SessionWatch } from '../../src/auth/internal/session-watch.js';
import { SessionRepository } from '../../src/auth/persistence/session.repository.js';
import { Backplane } from '../../src/cluster/cluster.js';
import type { BackplaneEvent } from '../../src/cluster/cluster.js';
import { LocalCluster } from '../../src/cluster/local-cluster.js';
import { BackgroundTasks } from '../../src/common/background-tasks.js';
import type { Cancel } from '../../src/common/clock.js';
import { Unavailable } from '../../src/common/domain-error.js';
import { DomainEvents } from '../../src/common/domain-events.js';
import type { UserId } from '../../src/common/ids.js';
import { ManualClock } from '../../src/common/manual-clock.js';
import { TransactionRunner } from '../../src/infra/database/transaction-runner.js';
import { ConnectionRegistry } from '../../src/realtime/connection-registry.js';
import { UserChanges, UserRepository } from '../../src/users/persistence/user.repository.js';
import { eventually } from '../support/eventually.js';
import { expectOk, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

const LONGEST_MS = 3500;

class BackplaneInTrouble extends Backplane {
  away = false;
  private readonly listeners: [BackplaneEvent, () => void][] = [];

  on(event: BackplaneEvent, listener: () => void): Cancel {
    const entry: [BackplaneEvent, () => void] = [event, listener];
    this.listeners.push(entry);
    return () => void this.listeners.splice(this.listeners.indexOf(entry), 1);
  }

  say(event: BackplaneEvent): void {
    this.away = event === 'lost';
    for (const [heard, listener] of [...this.listeners]) if (heard === event) listener();
  }

  get listening(): number {
    return this.listeners.length;
  }
}

let app: TestApp;
let clock: ManualClock;
let backplane: BackplaneInTrouble;
let sessions: SessionRepository;
let watch: SessionWatch;
let tasks: BackgroundTasks;
/** What the node's listeners were told. */
let told: unknown[];
/** How often Postgres was asked, and what it answers where that is not its own answer. */
let asked: number;
let answer: (() => Promise<UserId[]>) | undefined;
let alice: Actor;
let socket: SocketClient;

beforeAll(async () => {
  app = await startTestApp();
  // The app's own would close the sockets that ours is asked about.
  app.app.get(SessionWatch, { strict: false }).beforeApplicationShutdown();
});
afterAll(() => app.close());

beforeEach(async () => {
  clock = new ManualClock();
  backplane = new BackplaneInTrouble();
  tasks = new BackgroundTasks();
  const cluster = Object.assign(new LocalCluster(clock), { backplane });
  const repository = app.app.get(SessionRepository, { strict: false });
  // What a test overrides is its own: the app's is shared.
  sessions = Object.create(repository) as SessionRepository;
  asked = 0;
  answer = undefined;
  sessions.listTouchedUsers = (limit) => {
    asked += 1;
    return answer?.() ?? repository.listTouchedUsers(limit);
  };
  sessions.listChanged = async (known) => {
    await answer?.();
    return repository.listChanged(known);
  };
  const events = new DomainEvents();
  told = [];
  events.on('session.revoked', (event) => void told.push(event));
  events.on('user.renamed', (event) => void told.push(event));
  watch = new SessionWatch(registry(), sessions, events, cluster, clock, tasks);
  alice = await register(app, 'alice');
  socket = await alice.dm(await register(app, 'bob'));
  watch.onApplicationBootstrap();
});

afterEach(async () => {
  watch.beforeApplicationShutdown();
  await idle();
  expect(clock.pending, 'timers left').toBe(0);
  expect(backplane.listening, 'listeners left').toBe(0);
  socket.terminate();
  await eventually(() => registry().sessions().size === 0);
});

const registry = () => app.app.get(ConnectionRegistry);

/** Resolves when no check is under way. */
const idle = () => tasks.onApplicationShutdown();

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await idle();
}

/** Step by step, as the checks follow one another. */
async function passAMinute(): Promise<void> {
  for (let ms = 0; ms < 70_000; ms += LONGEST_MS) await pass(LONGEST_MS);
}

/** As on another node whose word is lost. */
function changeUser(changes: UserChanges): Promise<void> {
  const users = app.app.get(UserRepository, { strict: false });
  return app.app.get(TransactionRunner).run((tx) => users.update(tx, alice.id as UserId, changes));
}

/** Ends the sessions of alice where nobody is told. */
const endBySql = () => app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [alice.id]);

const ended = () => ({ userId: alice.id, sessionIds: [expect.any(String)], reason: 'ended' });

describe('SessionWatch (1.1)', () => {
  it('says nothing of a session that lives', async () => {
    await pass(LONGEST_MS);
    await pass(LONGEST_MS);
    expect(told).toEqual([]);
    expect(asked).toBe(2);
  });

  it('finds a session that was ended where nobody could tell', async () => {
    expectOk(await alice.api.post('/auth/logout-all'));
    await pass(LONGEST_MS);
    expect(told).toEqual([ended()]);
  });

  it('finds another name of the user', async () => {
    const username = `${alice.username}_2`;
    await changeUser({ username });
    await pass(LONGEST_MS);
    expect(told).toEqual([{ userId: alice.id, username }]);
  });

  it('finds that the user was deactivated', async () => {
    await changeUser({ deactivatedAt: new Date() });
    await pass(LONGEST_MS);
    expect(told).toEqual([ended()]);
  });

  it('finds within a minute what leaves no trace: a session that has expired, or is deleted with its user', async () => {
    await app.sql('UPDATE sessions SET expires_at = now() WHERE user_id = $1', [alice.id]);
    await passAMinute();
    expect(told).toEqual([ended()]);
    await app.sql('UPDATE sessions SET expires_at = now() + $2 WHERE user_id = $1', [alice.id, '1 day']);
    await passAMinute();
    expect(told).toHaveLength(1);
    await app.sql('DELETE FROM dms WHERE $1 IN (user_low_id, user_high_id)', [alice.id]);
    await app.sql('DELETE FROM users WHERE id = $1', [alice.id]);
    await passAMinute();
    expect(told).toEqual([ended(), ended()]);
  });

  it('asks about all when it has not been answered for long, and when too many have changed', async () => {
    // As after the time that the window covers.
    await app.sql("UPDATE sessions SET revoked_at = now() - interval '1 hour' WHERE user_id = $1", [alice.id]);
    await pass(LONGEST_MS);
    expect(told).toEqual([]);
    answer = () => Promise.reject(new Unavailable());
    for (let n = 0; n < 10; n += 1) await pass(1500);
    answer = undefined;
    expect(told).toEqual([]);
    await pass(1500);
    expect(told).toEqual([ended()]);
    sessions.listTouchedUsers = (limit) => Promise.resolve(Array<UserId>(limit).fill(alice.id as UserId));
    await pass(LONGEST_MS);
    expect(told).toEqual([ended(), ended()]);
  });

  it('lets a session be idle for as long as it is connected', async () => {
    await app.sql("UPDATE sessions SET last_used_at = now() - interval '8 days' WHERE user_id = $1", [alice.id]);
    await pass(LONGEST_MS);
    expect(told).toEqual([]);
  });

  it('looks at once when the backplane is lost and restored, and each second while it is away', async () => {
    await endBySql();
    backplane.say('lost');
    await idle();
    expect(told).toHaveLength(1);
    await pass(1500);
    await pass(1500);
    expect(told).toHaveLength(3);
    backplane.say('restored');
    await idle();
    expect(told).toHaveLength(4);
    await pass(1500);
    expect(told).toHaveLength(4);
    await pass(2000);
    expect(told).toHaveLength(5);
  });

  it('never asks twice at once, and once more when it is told to while it asks', async () => {
    let go: () => void = () => undefined;
    answer = () =>
      new Promise((resolve) => {
        go = () => {
          resolve([]);
        };
      });
    clock.advance(LONGEST_MS);
    await eventually(() => asked === 1);
    clock.advance(3 * LONGEST_MS);
    backplane.say('lost');
    backplane.say('restored');
    expect(asked).toBe(1);
    answer = undefined;
    await endBySql();
    go();
    await eventually(() => told.length > 0);
    expect(told).toEqual([ended()]);
    expect(asked).toBe(2);
  });

  it('goes on when Postgres is away, and asks again soon', async () => {
    answer = () => Promise.reject(new Unavailable());
    await endBySql();
    await pass(LONGEST_MS);
    answer = undefined;
    await pass(1500);
    expect(told).toEqual([ended()]);
  });

  it('asks nothing while nobody is connected', async () => {
    await socket.close();
    await eventually(() => registry().sessions().size === 0);
    await pass(LONGEST_MS);
    await pass(LONGEST_MS);
    expect(asked).toBe(0);
  });

  it('asks about a session once, however many connections it has', async () => {
    const more = await alice.dm(await register(app, 'carol'));
    await endBySql();
    await pass(LONGEST_MS);
    expect(told).toEqual([ended()]);
    await more.close();
  });
});
