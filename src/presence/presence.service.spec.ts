import { beforeEach, describe, expect, it } from 'vitest';
import type { Cluster } from '../cluster/cluster.js';
import { LocalCluster } from '../cluster/local-cluster.js';
import type { ConnectionId, UserId } from '../common/ids.js';
import { ManualClock } from '../common/manual-clock.js';
import type { Settings } from '../config/settings.js';
import type { Departure } from '../realtime/raw-gateway.js';
import { PresenceService } from './presence.service.js';
import type { Roster, Transition } from './roster.js';
import { ROSTER_LIMIT } from './roster.js';

const SCOPE = 'channel:x';
const WINDOW_MS = 100;
const GRACE_MS = 4000;
const CLEAN: Departure = { how: 'clean' };
const BROKEN: Departure = { how: 'broken', extraGraceMs: 0 };

let clock: ManualClock;
let cluster: Cluster;
let presence: PresenceService;

beforeEach(() => {
  clock = new ManualClock();
  cluster = new LocalCluster(clock);
  presence = new PresenceService(cluster, clock, { RECONNECT_GRACE_MS: GRACE_MS } as Settings);
});

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets what has happened be told. */
async function window(): Promise<void> {
  await nextTurn();
  clock.advance(WINDOW_MS);
}

let connections = 0;
async function enter(name: string, inCrowds: 'rosters' | 'changes' = 'changes') {
  const told: string[] = [];
  const batches: (readonly Transition[])[] = [];
  const connectionId = `${name}-${++connections}` as ConnectionId;
  const rosters: Roster[] = [];
  const changed = (transitions: readonly Transition[], from: number) => {
    batches.push(transitions);
    told.push(...transitions.slice(from).map(({ kind, userId }) => `${kind} ${userId}`));
  };
  const crowd = (fresh: Roster) => {
    rosters.push(fresh);
    told.push(`${fresh.users.length} of ${fresh.total}`);
  };
  const arrival = { connectionId, userId: name as UserId, username: name };
  const place = await presence.enter(SCOPE, arrival, { changed, crowd, takesRosters: inCrowds === 'rosters' });
  const roster = place.roster.users.map(({ userId }) => userId as string);
  return { connectionId, roster, told, batches, rosters, leave: (how: Departure) => place.leave(how) };
}

describe('presence (2)', () => {
  it('the roster has everyone once, oneself too, in the order of coming', async () => {
    await enter('alice');
    await enter('bob');
    await enter('alice');
    const carol = await enter('carol');
    expect(carol.roster).toEqual(['alice', 'bob', 'carol']);
    expect((await presence.read([SCOPE])).total).toBe(3);
  });

  it('tells of a user once, not to that user, and nobody of what the roster had', async () => {
    const alice = await enter('alice');
    const bob = await enter('bob');
    const again = await enter('bob');
    await window();
    expect(alice.told).toEqual(['joined bob']);
    expect([...bob.told, ...again.told]).toEqual([]);
    await bob.leave(CLEAN);
    await window();
    expect(alice.told).toEqual(['joined bob']);
    await again.leave(CLEAN);
    await window();
    expect(alice.told).toEqual(['joined bob', 'left bob']);
  });

  it('tells the transitions of 100 ms in one go, and all listeners the same array', async () => {
    const [alice, bob] = [await enter('alice'), await enter('bob')];
    await window();
    const before = alice.batches.length;
    for (let n = 0; n < 5; n += 1) await enter(`user${n}`);
    await nextTurn();
    clock.advance(WINDOW_MS - 1);
    expect(alice.batches).toHaveLength(before);
    clock.advance(1);
    expect(alice.batches).toHaveLength(before + 1);
    expect(alice.batches.at(-1)).toHaveLength(5);
    expect(alice.batches.at(-1)).toBe(bob.batches.at(-1));
  });

  it('a connection that broke has its grace, a planned stop the delay that it gave on top', async () => {
    const alice = await enter('alice');
    const bob = await enter('bob');
    await window();
    await bob.leave({ how: 'broken', extraGraceMs: 1000 });
    clock.advance(GRACE_MS + 999);
    await window();
    await nextTurn();
    clock.advance(WINDOW_MS);
    expect(alice.told).toEqual(['joined bob', 'left bob']);
  });

  it('one who comes back within the grace never left', async () => {
    const alice = await enter('alice');
    const bob = await enter('bob');
    await window();
    await bob.leave(BROKEN);
    clock.advance(GRACE_MS - 1);
    expect((await enter('bob')).roster).toEqual(['alice', 'bob']);
    clock.advance(GRACE_MS);
    await window();
    expect(alice.told).toEqual(['joined bob']);
  });

  it('connectionsOf names the open connections of a user, not those in their grace', async () => {
    await enter('alice');
    const [one, two] = [await enter('bob'), await enter('bob')];
    await nextTurn();
    expect(presence.connectionsOf(SCOPE, 'bob' as UserId)).toEqual([one.connectionId, two.connectionId]);
    await one.leave(BROKEN);
    await nextTurn();
    expect(presence.connectionsOf(SCOPE, 'bob' as UserId)).toEqual([two.connectionId]);
  });

  it('the roster of one whose join takes longer than a window has what happened meanwhile, and nothing is told twice', async () => {
    const alice = await enter('alice');
    await nextTurn();
    const { sets } = cluster;
    const join = sets.join.bind(sets);
    let answer: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    sets.join = async (scope, request) => {
      const outcome = await join(scope, request);
      if (request.member.startsWith('slow')) await gate;
      return outcome;
    };
    const slow = enter('slow');
    await nextTurn();
    await enter('bob');
    await window();
    expect(alice.told).toEqual(['joined slow', 'joined bob']);
    answer();
    const { roster, told } = await slow;
    expect(roster).toEqual(['alice', 'slow', 'bob']);
    await enter('carol');
    await window();
    expect(told).toEqual(['joined carol']);
  });

  it('keeps nothing of a scope that everyone has left, and no timer', async () => {
    const [alice, bob] = [await enter('alice'), await enter('bob')];
    await alice.leave(CLEAN);
    await bob.leave(BROKEN);
    clock.advance(GRACE_MS);
    await nextTurn();
    expect(clock.pending).toBe(0);
    expect(presence.connectionsOf(SCOPE, 'bob' as UserId)).toEqual([]);
    expect((await presence.read([SCOPE])).total).toBe(0);
    const carol = await enter('carol');
    expect(carol.roster).toEqual(['carol']);
  });

  it('an arrival that failed leaves nothing behind', async () => {
    const { sets } = cluster;
    const join = sets.join.bind(sets);
    sets.join = () => Promise.reject(new Error('the backplane is away'));
    await expect(enter('alice')).rejects.toThrow('away');
    sets.join = join;
    expect((await enter('bob')).roster).toEqual(['bob']);
  });
});

describe('presence in a crowd (2)', () => {
  const CROWD_MS = 10_000;
  const fill = async (count: number) => {
    const places: Awaited<ReturnType<typeof enter>>[] = [];
    for (let n = 0; n < count; n += 1) places.push(await enter(`user${n}`));
    return places;
  };
  const pass = async (ms: number) => {
    await nextTurn();
    clock.advance(ms);
  };

  it('of more than a roster names gives a fresh roster every 10 s, and transitions to those who want them', async () => {
    const [calm, keen] = [await enter('calm', 'rosters'), await enter('keen')];
    await fill(ROSTER_LIMIT - 2);
    await window();
    const { length } = calm.told;
    expect(length).toBe(ROSTER_LIMIT - 1);
    await enter('one too many');
    await window();
    expect(keen.told.at(-1)).toBe('joined one too many');
    for (let n = 0; n < 3; n += 1) {
      await enter(`late${n}`);
      await window();
    }
    expect(calm.told).toHaveLength(length);
    await pass(CROWD_MS);
    expect(calm.told.slice(length)).toEqual([`${ROSTER_LIMIT} of ${ROSTER_LIMIT + 4}`]);
    expect(keen.told.at(-1)).toBe('joined late2');
    expect(keen.rosters).toEqual([]);
  });

  it('tells nobody anything when nothing has happened, or when its roster has it', async () => {
    const first = await enter('first', 'rosters');
    await fill(ROSTER_LIMIT);
    await pass(CROWD_MS + WINDOW_MS);
    const late = await enter('late', 'rosters');
    await pass(CROWD_MS);
    expect(first.told.at(-1)).toBe(`${ROSTER_LIMIT} of ${ROSTER_LIMIT + 2}`);
    const { length } = first.told;
    await pass(10 * CROWD_MS);
    expect(first.told).toHaveLength(length);
    expect(late.told).toEqual([]);
  });

  it('that has gone is told by a last roster, and then each one again', async () => {
    const watcher = await enter('watcher', 'rosters');
    const [one, two, ...others] = await fill(ROSTER_LIMIT + 1);
    await window();
    expect(watcher.told).toEqual([]);
    await one?.leave(CLEAN);
    await two?.leave(CLEAN);
    await window();
    expect(watcher.told).toEqual([]);
    await pass(CROWD_MS);
    expect(watcher.told).toEqual([`${ROSTER_LIMIT} of ${ROSTER_LIMIT}`]);
    const named = watcher.rosters[0]?.users.map(({ userId }) => userId);
    expect(named).toEqual(['watcher', ...others.map((_, n) => `user${n + 2}`)]);
    await others[0]?.leave(CLEAN);
    await window();
    expect(watcher.told.slice(1)).toEqual(['left user2']);
    expect(clock.pending).toBe(0);
  });

  it('is over for one who came in it and has not seen its end, by that last roster too', async () => {
    await enter('first', 'rosters');
    const [one, two] = await fill(ROSTER_LIMIT);
    await window();
    const late = await enter('late', 'rosters');
    await one?.leave(CLEAN);
    await two?.leave(CLEAN);
    await pass(CROWD_MS);
    expect(late.told).toEqual([`${ROSTER_LIMIT} of ${ROSTER_LIMIT}`]);
    await enter('new');
    expect(late.told).toHaveLength(1);
    await window();
    await pass(CROWD_MS);
    expect(late.told.slice(1)).toEqual([`${ROSTER_LIMIT} of ${ROSTER_LIMIT + 1}`]);
  });

  it('is let go of with its scope', async () => {
    const places = await fill(ROSTER_LIMIT + 1);
    await window();
    expect(clock.pending).toBe(1);
    for (const place of places) await place.leave(CLEAN);
    expect(clock.pending).toBe(0);
  });
});
