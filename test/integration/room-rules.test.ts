import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admittedOnly, deserted, dialMeeting, joinMeeting, newMeeting } from '../support/meeting.js';
import { channelScene, expectOk, join, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import type { SocketClient } from '../support/socket-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let owner: Actor;
let alice: Actor;
let bob: Actor;
let room: string;
beforeAll(async () => {
  app = await startTestApp();
  [owner, alice, bob] = [await register(app, 'owner'), await register(app, 'alice'), await register(app, 'bob')];
});
afterAll(() => app.close());
beforeEach(() => {
  room = newMeeting();
});

const at = (path = '') => `/meetings/${room}${path}`;
const setRule = (by: Actor, rule: object) => by.api.put(at('/rule'), rule);

/** The code that a join is answered with, or `peers`. */
async function answerToJoin(actor: Actor, id = room): Promise<string> {
  const client = await dialMeeting(actor, id);
  const answer = await client.request({ type: 'join' });
  await client.close();
  return (answer['code'] as string | undefined) ?? answer.type;
}

async function closeCode(client: SocketClient): Promise<number> {
  return (await client.closed).code;
}

describe('The owner of a room', () => {
  it('is who sets the first rule while nobody is there', async () => {
    const answer = await setRule(owner, { access: 'anyone' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual({
      room_id: room,
      owner_id: owner.id,
      access: 'anyone',
      group_id: null,
      locked: false,
      invited: [],
      removed: [],
      created_at: expect.stringMatching(/Z$/),
      updated_at: expect.stringMatching(/Z$/),
    });
    expect((await owner.api.get(at('/rule'))).body).toEqual(answer.body);
  });

  it('is who has been there longest, while somebody is there', async () => {
    await joinMeeting(alice, room);
    await joinMeeting(bob, room);
    for (const late of [bob, owner])
      expect(await setRule(late, { access: 'anyone' })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await setRule(alice, { access: 'anyone' })).status).toBe(200);
  });

  it('is one, of many who claim it at the same moment', async () => {
    const claims = await Promise.all(
      [owner, alice, bob, owner, alice, bob].map((actor) => setRule(actor, { access: 'invitation' })),
    );
    const won = claims.filter(({ status }) => status === 200);
    expect(new Set(won.map(({ body }) => (body as { owner_id: string }).owner_id)).size).toBe(1);
    expect(claims.filter(({ status }) => status === 403)).toHaveLength(6 - won.length);
  });

  it('is the only one who may change anything', async () => {
    await setRule(owner, { access: 'anyone' });
    const { id } = await joinMeeting(bob, room);
    const acts = [
      () => alice.api.get(at('/rule')),
      () => setRule(alice, { access: 'anyone' }),
      () => alice.api.delete(at('/rule')),
      () => alice.api.put(at('/lock')),
      () => alice.api.delete(at('/lock')),
      () => alice.api.put(at(`/invitations/${bob.id}`)),
      () => alice.api.delete(at(`/invitations/${bob.id}`)),
      () => alice.api.delete(at(`/participants/${id}`)),
      () => alice.api.delete(at(`/participants/nobody`)),
      () => alice.api.delete(at(`/removals/${bob.id}`)),
    ];
    for (const act of acts) expect(await act()).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    expect((await app.api.get(at())).status).toBe(401);
  });

  it('nobody has such rights where there is no rule', async () => {
    const { id } = await joinMeeting(alice, room);
    expect((await alice.api.delete(at(`/participants/${id}`))).status).toBe(403);
    expect((await alice.api.put(at('/lock'))).status).toBe(403);
  });

  it('may give the room up: then it is open, and somebody else may own it', async () => {
    await setRule(owner, { access: 'invitation', locked: true });
    expect(await answerToJoin(alice)).toBe('forbidden');
    expect((await owner.api.delete(at('/rule'))).status).toBe(204);
    expect(await answerToJoin(alice)).toBe('peers');
    await deserted(app, room);
    expect((await setRule(bob, { access: 'anyone' })).body).toMatchObject({ owner_id: bob.id });
  });

  it('owns that kind of room alone: the room, the meeting and the call of one name are three', async () => {
    await setRule(owner, { access: 'invitation' });
    for (const kind of ['rooms', 'calls'])
      expect((await alice.api.put(`/${kind}/${room}/rule`, { access: 'anyone' })).body).toMatchObject({
        owner_id: alice.id,
        access: 'anyone',
      });
    expect((await owner.api.get(at('/rule'))).body).toMatchObject({ access: 'invitation' });
  });

  it('of a room bound to a group: the group’s admins have the same rights, its members do not', async () => {
    const { owner: groupOwner, members, groupId } = await channelScene(app, { members: ['admin', 'member'] });
    await groupOwner.api.patch(`/groups/${groupId}/members/${members.admin.id}`, { role: 'admin' });
    expect((await setRule(members.member, { access: 'group', group_id: groupId })).status).toBe(200);
    expect((await members.admin.api.put(at('/lock'))).status).toBe(204);
    expect((await groupOwner.api.get(at('/rule'))).body).toMatchObject({ locked: true, owner_id: members.member.id });
    await join(groupOwner, alice, groupId);
    expect((await alice.api.delete(at('/lock'))).status).toBe(403);
  });
});

describe('The rule of who joins', () => {
  it('is checked', async () => {
    const bad: [object, string][] = [
      [{}, 'access'],
      [{ access: 'nobody' }, 'access'],
      [{ access: 'group' }, 'group_id'],
      [{ access: 'group', group_id: 'x' }, 'group_id'],
      [{ access: 'anyone', locked: 1 }, 'locked'],
    ];
    for (const [rule, field] of bad)
      expect(await setRule(owner, rule)).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    for (const id of ['meet', 'a%20b', 'x'.repeat(129)])
      expect(await owner.api.put(`/meetings/${id}/rule`, { access: 'anyone' })).toMatchObject({
        status: 400,
        body: { code: 'validation_failed', errors: [{ field: 'room_id' }] },
      });
  });

  it('names a group that one is a member of', async () => {
    const { groupId } = await channelScene(app, { members: [] });
    for (const group_id of [groupId, randomUUID()])
      expect(await setRule(owner, { access: 'group', group_id })).toMatchObject({ status: 404 });
  });

  it('sends out whoever it does not let in any more, and nobody else', async () => {
    const [host, guest] = [await joinMeeting(owner, room), await joinMeeting(alice, room)];
    const invited = await joinMeeting(bob, room);
    await setRule(owner, { access: 'anyone' });
    await owner.api.put(at(`/invitations/${bob.id}`));
    await host.client.untilMarker();
    await setRule(owner, { access: 'invitation' });
    expect(await closeCode(guest.client)).toBe(4403);
    await host.client.next('peer-left');
    expect((await invited.client.untilMarker()).map(({ type }) => type)).toEqual(['peer-left']);
    expect(await answerToJoin(alice)).toBe('forbidden');
  });

  it('outlives its room', async () => {
    await setRule(owner, { access: 'invitation' });
    const { client } = await joinMeeting(owner, room);
    await client.close();
    expect(await answerToJoin(alice)).toBe('forbidden');
  });
});

describe('Invitations', () => {
  it('let in whoever has one, until it is withdrawn, which closes their sockets', async () => {
    await setRule(owner, { access: 'invitation' });
    expect((await owner.api.put(at(`/invitations/${alice.id}`))).status).toBe(204);
    expect((await owner.api.get(at('/rule'))).body).toMatchObject({ invited: [alice.id], removed: [] });
    const { client } = await joinMeeting(alice, room);
    expect((await owner.api.delete(at(`/invitations/${alice.id}`))).status).toBe(204);
    expect(await closeCode(client)).toBe(4403);
    expect(await answerToJoin(alice)).toBe('forbidden');
    expect((await owner.api.delete(at(`/invitations/${alice.id}`))).status).toBe(404);
  });

  it('are for users that there are', async () => {
    await setRule(owner, { access: 'invitation' });
    expect((await owner.api.put(at(`/invitations/${randomUUID()}`))).status).toBe(404);
    expect((await owner.api.put(at(`/invitations/nobody`))).status).toBe(400);
  });

  it('and removals are at most 1000 for each room', async () => {
    await setRule(owner, { access: 'invitation' });
    await app.sql(
      `INSERT INTO room_standings SELECT 'meeting', $1, gen_random_uuid(), 'removed', now() FROM generate_series(1, 1000)`,
      [room],
    );
    expect(await owner.api.put(at(`/invitations/${alice.id}`))).toMatchObject({ status: 409 });
    expect(await answerToJoin(alice)).toBe('forbidden');
  });
});

describe('A removal', () => {
  it('closes all connections of the participant’s user with 4403, and lasts until it is lifted', async () => {
    await setRule(owner, { access: 'anyone' });
    const host = await joinMeeting(owner, room);
    const [one, two] = [await joinMeeting(alice, room, { client_id: 'one' }), await joinMeeting(alice, room)];
    expect((await owner.api.delete(at('/participants/one'))).status).toBe(204);
    expect(await Promise.all([one, two].map(({ client }) => closeCode(client)))).toEqual([4403, 4403]);
    for (const _ of [one, two]) await host.client.next('peer-left');
    expect(await answerToJoin(alice)).toBe('forbidden');
    expect((await owner.api.get(at('/rule'))).body).toMatchObject({ removed: [alice.id] });
    expect((await owner.api.delete(at(`/removals/${alice.id}`))).status).toBe(204);
    expect(await answerToJoin(alice)).toBe('peers');
    expect((await owner.api.delete(at(`/removals/${alice.id}`))).status).toBe(404);
  });

  it('is lifted by an invitation', async () => {
    await setRule(owner, { access: 'invitation' });
    await owner.api.put(at(`/invitations/${alice.id}`));
    const { id } = await joinMeeting(alice, room);
    await owner.api.delete(at(`/participants/${id}`));
    expect((await owner.api.get(at('/rule'))).body).toMatchObject({ invited: [], removed: [alice.id] });
    await owner.api.put(at(`/invitations/${alice.id}`));
    expect(await answerToJoin(alice)).toBe('peers');
  });

  it('needs somebody who is there, and not the owner', async () => {
    await setRule(owner, { access: 'anyone' });
    const { id } = await joinMeeting(owner, room);
    expect((await owner.api.delete(at('/participants/nobody'))).status).toBe(404);
    expect(await owner.api.delete(at(`/participants/${id}`))).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    });
  });

  it('counts also for who was admitted before it, and enters after it was acknowledged', async () => {
    await setRule(owner, { access: 'anyone' });
    const host = await joinMeeting(owner, room);
    const { id } = await joinMeeting(alice, room);
    const { client, enter } = await admittedOnly(app, room, alice);
    expect((await owner.api.delete(at(`/participants/${id}`))).status).toBe(204);
    enter();
    expect(await closeCode(client)).toBe(4403);
    for (const _ of [id, client]) await host.client.next('peer-left');
  });

  it('at the same moment as a join never leaves one in', async () => {
    await setRule(owner, { access: 'anyone' });
    await joinMeeting(owner, room);
    for (let round = 0; round < 10; round++) {
      const { id } = await joinMeeting(alice, room);
      const clients = await Promise.all(Array.from({ length: 5 }, () => dialMeeting(alice, room)));
      const joins = clients.map((client, n) =>
        client.request({ type: 'join', client_id: `a${n}` }).catch(() => undefined),
      );
      expect((await owner.api.delete(at(`/participants/${id}`))).status).toBe(204);
      await Promise.all(joins);
      expect(await Promise.all(clients.map(closeCode))).toEqual(clients.map(() => 4403));
      await owner.api.delete(at(`/removals/${alice.id}`));
    }
  });
});

describe('A lock', () => {
  it('keeps out who comes, but for the owner, and keeps in who is there', async () => {
    await setRule(owner, { access: 'anyone' });
    const inside = await joinMeeting(alice, room, { client_id: 'a' });
    expect((await owner.api.put(at('/lock'))).status).toBe(204);
    expect(await answerToJoin(bob)).toBe('room_locked');
    expect(await answerToJoin(alice)).toBe('room_locked');
    expect(await answerToJoin(owner)).toBe('peers');
    inside.client.terminate();
    const back = await joinMeeting(alice, room, { client_id: 'a' });
    expect(back.peers.self.order).toBe(inside.peers.self.order);
    expect((await owner.api.delete(at('/lock'))).status).toBe(204);
    expect(await answerToJoin(bob)).toBe('peers');
  });

  it('goes in with the rule, and stays when another rule says nothing of it', async () => {
    expect((await setRule(owner, { access: 'anyone', locked: true })).body).toMatchObject({ locked: true });
    expect((await setRule(owner, { access: 'invitation' })).body).toMatchObject({ locked: true });
    expect((await setRule(owner, { access: 'anyone', locked: false })).body).toMatchObject({ locked: false });
  });

  it('keeps out also who was admitted before it, and enters after it was acknowledged', async () => {
    await setRule(owner, { access: 'anyone' });
    const host = await joinMeeting(owner, room);
    const { client, enter } = await admittedOnly(app, room, alice);
    expect((await owner.api.put(at('/lock'))).status).toBe(204);
    enter();
    expect(await closeCode(client)).toBe(4403);
    await host.client.next('peer-left');
  });
});

describe('A room bound to a group', () => {
  it('sends out who is removed from the group, or leaves it, before that is acknowledged', async () => {
    const { owner: groupOwner, members, groupId } = await channelScene(app, { members: ['kicked', 'leaver', 'stays'] });
    await setRule(groupOwner, { access: 'group', group_id: groupId });
    const [kicked, leaver, stays] = [
      await joinMeeting(members.kicked, room),
      await joinMeeting(members.leaver, room),
      await joinMeeting(members.stays, room),
    ];
    await groupOwner.api.delete(`/groups/${groupId}/members/${members.kicked.id}`);
    await members.leaver.api.post(`/groups/${groupId}/leave`);
    for (const { client } of [kicked, leaver]) expect(await closeCode(client)).toBe(4403);
    for (const _ of [kicked, leaver]) await stays.client.next('peer-left');
    expect(await answerToJoin(members.kicked)).toBe('forbidden');
  });

  it('sends out everyone but the owner when the group is deleted', async () => {
    const { owner: groupOwner, members, groupId } = await channelScene(app, { members: ['alice'] });
    await setRule(groupOwner, { access: 'group', group_id: groupId });
    const [host, guest] = [await joinMeeting(groupOwner, room), await joinMeeting(members.alice, room)];
    expect((await groupOwner.api.delete(`/groups/${groupId}`)).status).toBe(204);
    expect(await closeCode(guest.client)).toBe(4403);
    await host.client.next('peer-left');
    expect((await groupOwner.api.get(at('/rule'))).body).toMatchObject({ access: 'group', group_id: null });
    expect(await answerToJoin(bob)).toBe('forbidden');
  });
});

describe('GET of a room', () => {
  it('tells who is there, since when, and who may join', async () => {
    const before = Date.now();
    const [a, b] = [
      await joinMeeting(alice, room, { client_id: 'a' }),
      await joinMeeting(bob, room, { client_id: 'b' }),
    ];
    const overview = expectOk(await owner.api.get(at())) as { since: string };
    expect(overview).toEqual({
      room_id: room,
      participants: [
        { client_id: 'a', user_id: alice.id, username: alice.username, order: a.peers.self.order },
        { client_id: 'b', user_id: bob.id, username: bob.username, order: b.peers.self.order },
      ],
      since: expect.any(String),
      access: 'anyone',
      locked: false,
      owner_id: null,
    });
    expect(Date.parse(overview.since)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(overview.since)).toBeLessThanOrEqual(Date.now());
  });

  it('is 404 where nobody is and nobody owns it, and for those who may not join', async () => {
    expect((await alice.api.get(at())).status).toBe(404);
    await setRule(owner, { access: 'invitation', locked: true });
    await joinMeeting(owner, room);
    expect((await alice.api.get(at())).status).toBe(404);
    await owner.api.put(at(`/invitations/${alice.id}`));
    expect((await alice.api.get(at())).body).toMatchObject({
      access: 'invitation',
      locked: true,
      owner_id: owner.id,
      participants: [{ user_id: owner.id }],
    });
  });

  it.each(['rooms', 'calls'])('is there for /%s too', async (kind) => {
    await owner.api.put(`/${kind}/${room}/rule`, { access: 'anyone' });
    expect((await alice.api.get(`/${kind}/${room}`)).body).toMatchObject({
      room_id: room,
      participants: [],
      since: null,
      owner_id: owner.id,
    });
  });
});
