import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ChannelDto } from '../../src/channels/dto/channel.dto.js';
import { DomainEvents } from '../../src/common/domain-events.js';
import { registerAccount } from '../support/accounts.js';
import { allPages, answerOf, castOf, expectedStatuses, groupOf, statusesOf } from '../support/group-scene.js';
import type { Act, Cast, GroupScene } from '../support/group-scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let cast: Cast;

beforeAll(async () => {
  app = await startTestApp();
  cast = await castOf(app);
});

afterAll(() => app.close());

const as = (name: keyof Cast) => ({ token: cast[name].token });

describe('Who may do what (8)', () => {
  //                                        anonymous, stranger, member, moderator, admin, owner
  const ROUTES: [string, number[], Act][] = [
    [
      'POST /groups/:id/channels',
      [401, 404, 403, 403, 201, 201],
      ({ id }, by) => app.api.post(`/groups/${id}/channels`, { name: 'news' }, by),
    ],
    [
      'GET /groups/:id/channels',
      [401, 404, 200, 200, 200, 200],
      ({ id }, by) => app.api.get(`/groups/${id}/channels`, by),
    ],
    [
      'GET /channels/:id',
      [401, 404, 200, 200, 200, 200],
      ({ channelId }, by) => app.api.get(`/channels/${channelId}`, by),
    ],
    [
      'PATCH /channels/:id',
      [401, 404, 403, 403, 200, 200],
      ({ channelId }, by) => app.api.patch(`/channels/${channelId}`, { name: 'new' }, by),
    ],
    [
      'DELETE /channels/:id',
      [401, 404, 403, 403, 204, 204],
      ({ channelId }, by) => app.api.delete(`/channels/${channelId}`, by),
    ],
  ];

  it.each(ROUTES)('%s answers %j', async (_, expected, act) => {
    expect(await statusesOf(app, cast, act)).toEqual(expectedStatuses(expected));
  });

  it('the owner of one group reaches no channel of another (8, Z8)', async () => {
    const { channelId } = await groupOf(app, cast);
    const other = await registerAccount(app.api);
    await answerOf(app.api.post('/groups', { name: 'Own' }, other));
    for (const act of [
      () => app.api.get(`/channels/${channelId}`, other),
      () => app.api.patch(`/channels/${channelId}`, { name: 'Mine' }, other),
      () => app.api.delete(`/channels/${channelId}`, other),
    ])
      expect(await act()).toMatchObject({ status: 404, body: { code: 'not_found', detail: 'No such channel.' } });
    expect((await app.api.get(`/channels/${channelId}`, as('member'))).body).toMatchObject({ name: 'general' });
  });

  it('who was removed sees the group’s channels no more', async () => {
    const { id, channelId } = await groupOf(app, cast);
    await answerOf(app.api.delete(`/groups/${id}/members/${cast.member.id}`, as('admin')));
    for (const path of [`/channels/${channelId}`, `/groups/${id}/channels`])
      expect((await app.api.get(path, as('member'))).status).toBe(404);
  });
});

describe('A channel (8)', () => {
  it('is a TEXT channel without a topic or slow mode, unless told otherwise', async () => {
    const { id } = await groupOf(app, cast);
    const plain = await answerOf<ChannelDto>(app.api.post(`/groups/${id}/channels`, { name: ' talk ' }, as('admin')));
    expect(plain).toEqual({
      id: expect.any(String) as string,
      group_id: id,
      name: 'talk',
      type: 'TEXT',
      topic: '',
      slow_mode_s: 0,
      position: 1,
      last_seq: 0,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      updated_at: plain.created_at,
    });
    const draft = { name: 'stage', type: 'VIDEO', topic: ' Films ', slow_mode_s: 30 };
    const video = await answerOf<ChannelDto>(app.api.post(`/groups/${id}/channels`, draft, as('admin')));
    expect(video).toMatchObject({ type: 'VIDEO', topic: 'Films', slow_mode_s: 30 });
    expect((await app.api.get(`/channels/${video.id}`, as('member'))).body).toEqual(video);
  });

  it('keeps what a change leaves out, and its type and group whatever a change says', async () => {
    const { id, channelId } = await groupOf(app, cast);
    await answerOf(app.api.patch(`/channels/${channelId}`, { topic: 'Poems', slow_mode_s: 5 }, as('admin')));
    const changes = { name: 'verse', type: 'VOICE', group_id: cast.admin.id, last_seq: 99, id: cast.admin.id };
    const changed = await answerOf(app.api.patch(`/channels/${channelId}`, changes, as('admin')));
    expect(changed).toMatchObject({
      ...{ id: channelId, group_id: id, name: 'verse', type: 'TEXT' },
      ...{ topic: 'Poems', slow_mode_s: 5, last_seq: 0 },
    });
  });

  it('goes with its log, and the answer waits for those who close its sockets', async () => {
    const { id, channelId } = await groupOf(app, cast);
    const order: string[] = [];
    const off = app.app.get(DomainEvents).on('channel.deleted', async (event) => {
      expect(event).toEqual({ groupId: id, conversationId: channelId });
      expect((await app.api.get(`/channels/${channelId}`, as('member'))).status).toBe(404);
      order.push('listener done');
    });
    await answerOf(app.api.delete(`/channels/${channelId}`, as('admin'))).then(() => order.push('answered'));
    off();
    expect(order).toEqual(['listener done', 'answered']);
    expect(await app.sql('SELECT 1 FROM conversations WHERE id = $1', [channelId])).toEqual([]);
    expect((await app.api.delete(`/channels/${channelId}`, as('admin'))).status).toBe(404);
  });

  it('is listed once, in pages, also when all were made at the same moment', async () => {
    const { id, channelId } = await groupOf(app, cast);
    const ids = new Set([channelId]);
    for (let n = 0; n < 6; n++)
      ids.add((await answerOf<ChannelDto>(app.api.post(`/groups/${id}/channels`, { name: 'more' }, as('admin')))).id);
    await app.sql(`UPDATE channels SET created_at = '2030-01-01T00:00:00.123Z' WHERE group_id = $1`, [id]);
    const listed = await allPages<ChannelDto>(app, `/groups/${id}/channels`, 2, cast.member.token);
    expect(listed).toHaveLength(7);
    expect(new Set(listed.map((channel) => channel.id))).toEqual(ids);
  });
});

describe('Bad input (8, N1, N2)', () => {
  let scene: GroupScene;

  beforeAll(async () => {
    scene = await groupOf(app, cast);
  });

  const BAD_FIELDS: [string, unknown][] = [
    ['name', ''],
    ['name', null],
    ['name', 'x'.repeat(101)],
    ['name', { $ne: null }],
    ['topic', 'x'.repeat(1001)],
    ['topic', null],
    ['topic', ['a']],
    ['slow_mode_s', -1],
    ['slow_mode_s', 21_601],
    ['slow_mode_s', '5'],
    ['slow_mode_s', null],
    ['slow_mode_s', 0.5],
  ];

  it.each([...BAD_FIELDS, ['type', 'text'], ['type', null], ['type', ['TEXT']], ['type', 'toString']])(
    'a channel is not made with %s %j',
    async (field, value) => {
      const answer = await app.api.post(`/groups/${scene.id}/channels`, { name: 'a', [field]: value }, as('owner'));
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
    },
  );

  it.each(BAD_FIELDS)('a channel is not changed to %s %j', async (field, value) => {
    const answer = await app.api.patch(`/channels/${scene.channelId}`, { [field]: value }, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field }] } });
  });

  it.each(['general', "'%20OR%201=1--", '%00', '0198c0de-7b1a-7c3e-9f2a'])('%s is no id: 400', async (id) => {
    const answer = await app.api.get(`/channels/${id}`, as('owner'));
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed', errors: [{ field: 'id' }] } });
  });
});
