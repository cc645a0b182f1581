import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { castOf, Cast, expectedStatuses, statusesOf } from '../support/group-scene.js';
import { Actor, channelScene, expectOk } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let cast: Cast;

beforeAll(async () => {
  app = await startTestApp();
  cast = await castOf(app);
});

afterAll(() => app.close());

const userOf = ({ id, username }: Actor) => ({ user_id: id, username });
const readBy = async (actor: Actor, path: string) => expectOk(await actor.api.get(path));
const NOBODY = { users: [], total: 0, stale: false };

describe('GET /channels/:id/presence (8)', () => {
  it('names each user who is connected once, on any number of devices, until the last one has gone', async () => {
    const { owner, members, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
    const path = `/channels/${channelId}/presence`;
    expect(await readBy(owner, path)).toEqual(NOBODY);

    const alice = await members.alice.channel(channelId);
    const phone = await members.bob.channel(channelId);
    const laptop = await members.bob.channel(channelId);
    const both = { users: [userOf(members.alice), userOf(members.bob)], total: 2, stale: false };
    expect(await readBy(owner, path)).toEqual(both);

    await phone.close();
    expect(await readBy(owner, path)).toEqual(both);
    await laptop.close();
    await alice.next('user_left');
    expect(await readBy(owner, path)).toEqual({ users: [userOf(members.alice)], total: 1, stale: false });
    await alice.close();
  });

  it('is for members alone: a stranger cannot tell whether there is such a channel', async () => {
    const statuses = await statusesOf(app, cast, ({ channelId }, as) =>
      app.api.get(`/channels/${channelId}/presence`, as),
    );
    expect(statuses).toEqual(expectedStatuses([401, 404, 200, 200, 200, 200]));
    const member = { token: cast.member.token };
    expect((await app.api.get(`/channels/${randomUUID()}/presence`, member)).status).toBe(404);
    expect((await app.api.get('/channels/general/presence', member)).status).toBe(400);
  });
});

describe('GET /groups/:id/presence (8)', () => {
  it('is the union over its channels, each user once, and no other group’s', async () => {
    const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'bob', 'carol'] });
    const second = expectOk(await owner.api.post(`/groups/${groupId}/channels`, { name: 'second' })) as { id: string };
    const elsewhere = await channelScene(app, { members: [] });
    const path = `/groups/${groupId}/presence`;
    expect(await readBy(owner, path)).toEqual(NOBODY);

    const sockets = [
      await members.alice.channel(channelId),
      await members.alice.channel(second.id),
      await members.bob.channel(second.id),
      await elsewhere.owner.channel(elsewhere.channelId),
    ];
    const { users, total, stale } = (await readBy(members.carol, path)) as typeof NOBODY;
    expect({ total, stale }).toEqual({ total: 2, stale: false });
    expect(users).toHaveLength(2);
    expect(users).toEqual(expect.arrayContaining([userOf(members.alice), userOf(members.bob)]));
    await Promise.all(sockets.map((socket) => socket.close()));
  });

  it('is for members alone: a stranger cannot tell whether there is such a group', async () => {
    const statuses = await statusesOf(app, cast, ({ id }, as) => app.api.get(`/groups/${id}/presence`, as));
    expect(statuses).toEqual(expectedStatuses([401, 404, 200, 200, 200, 200]));
    const member = { token: cast.member.token };
    expect((await app.api.get(`/groups/${randomUUID()}/presence`, member)).status).toBe(404);
  });

  it('is gone for one who has left the group, at once', async () => {
    const { members, groupId, channelId } = await channelScene(app, { members: ['alice'] });
    expectOk(await members.alice.api.post(`/groups/${groupId}/leave`));
    for (const path of [`/groups/${groupId}/presence`, `/channels/${channelId}/presence`])
      expect((await members.alice.api.get(path)).status).toBe(404);
  });
});
