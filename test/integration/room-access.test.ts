import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserId } from '../../src/common/ids.js';
import { RoomAccess } from '../../src/signaling/room-access.js';
import { castOf, groupOf } from '../support/group-scene.js';
import type { Cast } from '../support/group-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let cast: Cast;

beforeAll(async () => {
  app = await startTestApp();
  cast = await castOf(app);
});

afterAll(() => app.close());

interface Rule {
  access: 'anyone' | 'group' | 'invitation';
  groupId?: string;
  locked?: boolean;
}

/** A room of the owner's, by its rows. */
async function ruled({ access, groupId, locked = false }: Rule): Promise<string> {
  const roomId = `r-${randomUUID()}`;
  await app.sql(
    `INSERT INTO room_rules (kind, room_id, owner_id, access, group_id, locked, created_at, updated_at)
     VALUES ('room', $1, $2, $3, $4, $5, now(), now())`,
    [roomId, cast.owner.id, access, groupId ?? null, locked],
  );
  return roomId;
}

const decide = (roomId: string, name: keyof Cast, standing: 'invited' | 'removed') =>
  app.sql(`INSERT INTO room_standings (kind, room_id, user_id, standing, since) VALUES ('room', $1, $2, $3, now())`, [
    roomId,
    cast[name].id,
    standing,
  ]);

/** `admitted`, or the code of the refusal. */
async function answer(roomId: string, name: keyof Cast, { guest = false, kind = 'room' as const } = {}) {
  try {
    await app.app.get(RoomAccess).admit(kind, roomId, { userId: cast[name].id as UserId, guest });
    return 'admitted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('Who may join a room', () => {
  it('everyone, where nobody has set a rule', async () => {
    expect(await answer('no-rule', 'stranger')).toBe('admitted');
    expect(await answer('no-rule', 'stranger', { guest: true })).toBe('admitted');
  });

  it('everyone, guests too, with `anyone`', async () => {
    const room = await ruled({ access: 'anyone' });
    expect(await answer(room, 'stranger')).toBe('admitted');
    expect(await answer(room, 'stranger', { guest: true })).toBe('admitted');
  });

  it('the members of the group, and the owner, with `group`', async () => {
    const { id: groupId } = await groupOf(app, cast);
    const room = await ruled({ access: 'group', groupId });
    expect(await answer(room, 'member')).toBe('admitted');
    expect(await answer(room, 'owner')).toBe('admitted');
    expect(await answer(room, 'stranger')).toBe('forbidden');
    await app.api.post(`/groups/${groupId}/leave`, undefined, { token: cast.member.token });
    expect(await answer(room, 'member')).toBe('forbidden');
  });

  it('nobody but the owner, once the group is deleted', async () => {
    const { id: groupId } = await groupOf(app, cast);
    const room = await ruled({ access: 'group', groupId });
    expect((await app.api.delete(`/groups/${groupId}`, { token: cast.owner.token })).status).toBe(204);
    expect(await answer(room, 'admin')).toBe('forbidden');
    expect(await answer(room, 'owner')).toBe('admitted');
  });

  it('those whom the owner has invited, and the owner, with `invitation`', async () => {
    const room = await ruled({ access: 'invitation' });
    await decide(room, 'member', 'invited');
    expect(await answer(room, 'member')).toBe('admitted');
    expect(await answer(room, 'owner')).toBe('admitted');
    expect(await answer(room, 'stranger')).toBe('forbidden');
    expect(await answer(room, 'member', { guest: true })).toBe('forbidden');
  });

  it('nobody whom the owner has removed', async () => {
    const { id: groupId } = await groupOf(app, cast);
    for (const room of [await ruled({ access: 'anyone' }), await ruled({ access: 'group', groupId })]) {
      await decide(room, 'member', 'removed');
      expect(await answer(room, 'member')).toBe('forbidden');
      expect(await answer(room, 'admin')).toBe('admitted');
    }
  });

  it('nobody but the owner while it is locked, which those who may not join at all are not told', async () => {
    const room = await ruled({ access: 'invitation', locked: true });
    await decide(room, 'member', 'invited');
    expect(await answer(room, 'member')).toBe('room_locked');
    expect(await answer(room, 'stranger')).toBe('forbidden');
    expect(await answer(room, 'owner')).toBe('admitted');
  });

  it('as each room’s own rule says, when hundreds ask at once', async () => {
    const [open, locked] = [await ruled({ access: 'anyone' }), await ruled({ access: 'anyone', locked: true })];
    const rooms = Array.from({ length: 300 }, (_, index) => [open, locked, 'no-rule'][index % 3]!);
    const answers = await Promise.all(rooms.map((room) => answer(room, 'stranger')));
    expect(answers).toEqual(rooms.map((room) => (room === locked ? 'room_locked' : 'admitted')));
  });
});
