import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dialMeeting, joinMeeting, newMeeting } from '../support/meeting.js';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { closedWithin } from './support/closed-within.js';
import { CONNECTIONS } from './support/connected-by.js';
import type { Connected } from './support/connected-by.js';

interface Scene {
  owner: Actor;
  guest: Actor;
  room: string;
  groupId: string;
}

/** What takes a user's right to be in a room away, by a request to the node that the user is not on. */
const ENDS: Record<string, { rule: 'group' | 'invitation'; end: (scene: Scene) => Promise<unknown> }> = {
  'a removal from the group': {
    rule: 'group',
    end: async ({ owner, guest, groupId }) =>
      expectOk(await owner.api.delete(`/groups/${groupId}/members/${guest.id}`)),
  },
  'leaving the group': {
    rule: 'group',
    end: async ({ guest, groupId }) => expectOk(await guest.api.post(`/groups/${groupId}/leave`)),
  },
  'the deletion of the group': {
    rule: 'group',
    end: async ({ owner, groupId }) => expectOk(await owner.api.delete(`/groups/${groupId}`)),
  },
  'another rule': {
    rule: 'group',
    end: async ({ owner, room }) => expectOk(await owner.api.put(`/meetings/${room}/rule`, { access: 'invitation' })),
  },
  'an invitation that is withdrawn': {
    rule: 'invitation',
    end: async ({ owner, guest, room }) =>
      expectOk(await owner.api.delete(`/meetings/${room}/invitations/${guest.id}`)),
  },
};

describe.each(CONNECTIONS)('Rules of rooms, changed on another node, told by $by', (connection) => {
  let nodes: Connected;
  beforeAll(async () => {
    nodes = await connection.start();
  });
  afterEach(() => nodes.mend());
  afterAll(() => nodes.close());

  async function scene(access: 'group' | 'invitation'): Promise<Scene> {
    const { owner, groupId } = await channelScene(nodes.a, { members: [] });
    const [guest, room] = [await register(nodes.a, 'guest'), newMeeting()];
    await join(owner, guest, groupId);
    expectOk(await owner.api.put(`/meetings/${room}/rule`, { access, group_id: groupId }));
    if (access === 'invitation') expectOk(await owner.api.put(`/meetings/${room}/invitations/${guest.id}`));
    return { owner, guest, room, groupId };
  }

  it(`send out who may not be there any more, within ${connection.withinMs} ms, and nobody else`, async () => {
    const cases = await Promise.all(
      Object.entries(ENDS).map(async ([by, { rule, end }]) => {
        const stage = await scene(rule);
        const host = await joinMeeting(stage.owner.on(nodes.b), stage.room);
        return { by, end, stage, host, inside: await joinMeeting(stage.guest.on(nodes.b), stage.room) };
      }),
    );
    await nodes.breakOff();
    await Promise.all(
      cases.map(async ({ by, end, stage, host, inside }) => {
        await end(stage);
        expect((await closedWithin(connection.withinMs, inside.client, by)).code, by).toBe(4403);
        expect(await host.client.next('peer-left'), by).toMatchObject({ id: inside.id });
        const back = await dialMeeting(stage.guest.on(nodes.b), stage.room);
        expect(await back.request({ type: 'join' }), by).toMatchObject({ code: 'forbidden' });
        expect(await host.client.request({ type: 'raise-hand' }), by).toMatchObject({ type: 'ack' });
      }),
    );
  });

  it('lock: no join on the other node that begins after it was acknowledged gets in', async () => {
    const { owner, guest, room } = await scene('group');
    await joinMeeting(owner.on(nodes.b), room);
    await nodes.breakOff();
    expectOk(await owner.api.put(`/meetings/${room}/lock`));
    const client = await dialMeeting(guest.on(nodes.b), room);
    expect(await client.request({ type: 'join' })).toMatchObject({ code: 'room_locked' });
  });
});

describe('A removal from a room', () => {
  it('closes the user’s connections on every node, and lets them in on none', async () => {
    const nodes = await CONNECTIONS[0]!.start();
    try {
      const [owner, guest] = [await register(nodes.a, 'owner'), await register(nodes.a, 'guest')];
      const room = newMeeting();
      expectOk(await owner.api.put(`/meetings/${room}/rule`, { access: 'anyone' }));
      const seats = [
        await joinMeeting(guest, room, { client_id: 'here' }),
        await joinMeeting(guest.on(nodes.b), room, { client_id: 'there' }),
      ];
      expectOk(await owner.api.delete(`/meetings/${room}/participants/there`));
      for (const { client } of seats) expect((await closedWithin(1000, client, 'removed')).code).toBe(4403);
      for (const node of [nodes.a, nodes.b]) {
        const client = await dialMeeting(guest.on(node), room);
        expect(await client.request({ type: 'join' })).toMatchObject({ code: 'forbidden' });
      }
    } finally {
      await nodes.close();
    }
  });
});
