import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { Actor, expectOk, PASSWORD, register } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { closedWithin } from './support/closed-within.js';
import { CONNECTIONS } from './support/connected-by.js';
import type { Connected } from './support/connected-by.js';

/** A signal may be lost while the backplane goes away. */
const OFFER_WAIT_MS = 200;

/** Ends sessions of a user who has two, by a request to the node that they were opened on; says which have ended. */
type End = (first: Actor, second: Actor) => Promise<Actor[]>;

const refresh = async (user: Actor, token: string) => user.api.post('/auth/refresh', { refresh_token: token });

const ENDS: Record<string, End> = {
  logout: async (first) => {
    expectOk(await first.api.post('/auth/logout', {}));
    return [first];
  },
  'logout-all': async (first, second) => {
    expectOk(await first.api.post('/auth/logout-all'));
    return [first, second];
  },
  'the deletion of a session': async (first, second) => {
    const { items } = expectOk(await first.api.get('/auth/sessions')) as { items: { id: string; current: boolean }[] };
    expectOk(await first.api.delete(`/auth/sessions/${items.find(({ current }) => !current)?.id}`));
    return [second];
  },
  'a new password': async (first, second) => {
    const passwords = { current_password: PASSWORD, new_password: 'quite another long password' };
    expectOk(await first.api.post('/auth/password', passwords));
    return [second];
  },
  'a refresh token used twice': async (first) => {
    const next = expectOk(await refresh(first, first.refreshToken)) as { refresh_token: string };
    expectOk(await refresh(first, next.refresh_token));
    expect((await refresh(first, first.refreshToken)).status).toBe(401);
    return [first];
  },
};

/** One more session of a user. */
async function logIn(user: Actor): Promise<Actor> {
  const answer = expectOk(await user.api.post('/auth/login', { username: user.username, password: PASSWORD }));
  const { access_token, refresh_token } = answer as { access_token: string; refresh_token: string };
  return user.withTokens(access_token, refresh_token);
}

describe.each(CONNECTIONS)('A11: the end of a session on another node, told by $by (1.1)', (connection) => {
  let nodes: Connected;
  let mate: Actor;
  beforeAll(async () => {
    nodes = await connection.start();
    mate = await register(nodes.a, 'mate');
  });
  afterEach(() => nodes.mend());
  afterAll(() => nodes.close());

  /** A user of two sessions, whose sockets are on the other node. */
  async function connect(): Promise<{ first: Actor; second: Actor; sockets: Map<Actor, SocketClient> }> {
    const first = await register(nodes.a, 'alice');
    const second = await logIn(first);
    const sockets = new Map<Actor, SocketClient>();
    for (const actor of [first, second]) sockets.set(actor, await actor.on(nodes.b).dm(mate));
    return { first, second, sockets };
  }

  it('closes its sockets with 4401, and no others, and its token is refused at once', async () => {
    const users = await Promise.all(Object.entries(ENDS).map(async ([by, end]) => ({ by, end, ...(await connect()) })));
    await nodes.breakOff();
    const outcomes = users.map(async ({ by, end, first, second, sockets }) => {
      const ended = await end(first, second);
      const states = [first, second].map(async (actor) => {
        if (!ended.includes(actor)) return 'open';
        expect((await actor.on(nodes.b).api.get('/users/me')).status).toBe(401);
        return closedWithin(connection.withinMs, sockets.get(actor)!, by);
      });
      for (const [n, state] of (await Promise.all(states)).entries()) {
        if (state !== 'open') expect(state, by).toEqual({ code: 4401, reason: 'session ended' });
        else
          expect(await sockets.get(n === 0 ? first : second)?.request({ type: 'ping' })).toHaveProperty('server_time');
      }
    });
    await Promise.all(outcomes);
  });

  it('is told apart from a new name: the sockets there speak under it', async () => {
    const { first, sockets } = await connect();
    const username = `${first.username}_2`;
    const other = await mate.on(nodes.b).dm(first);
    await nodes.breakOff();
    expectOk(await first.api.patch('/users/me', { username }));
    await eventually(async () => {
      sockets.get(first)?.send({ type: 'webrtc_offer', data: {} });
      return (await other.next('webrtc_offer', OFFER_WAIT_MS))['from_username'] === username;
    }, connection.withinMs);
  });
});
