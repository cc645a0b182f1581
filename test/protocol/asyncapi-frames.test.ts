import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserDevices } from '../../src/gateways/user/user.devices.js';
import { AsyncApiChecker, fetchAsyncApi, lastOf } from '../support/asyncapi.js';
import { letRingExpire, MEDIA } from '../support/call-scene.js';
import type { Pair } from '../support/call-scene.js';
import { Actor, channelScene, join, register } from '../support/scene.js';
import { ReceivedEvent, SocketClient } from '../support/socket-client.js';
import { startTestApp, TestApp } from '../support/test-app.js';

type Command = { type: string; [field: string]: unknown };

const NO_SUCH_ID = '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60';
/** Within a minute of its end from the beginning, so that `token_expiring` comes; longer than this file takes. */
const TOKEN_TTL_S = 50;

let app: TestApp;
let checker: AsyncApiChecker;

beforeAll(async () => {
  app = await startTestApp({
    env: { GUESTS_ENABLED: '1', WS_CLOSE_ON_TOKEN_EXPIRY: '1', ACCESS_TOKEN_TTL_S: String(TOKEN_TTL_S) },
  });
  checker = new AsyncApiChecker(await fetchAsyncApi(app));
});
afterAll(() => app.close());

/** What one test sends and receives on a gateway, each frame held to the document; no field may be undocumented. */
class Recording {
  readonly sent = new Set<string>();
  private readonly clients: SocketClient[] = [];

  constructor(private readonly channel: string) {}

  listen(client: SocketClient): SocketClient {
    this.clients.push(client);
    return client;
  }

  /** Sends a command that has to be as documented, and takes its answer, which has to be the documented one. */
  async request(client: SocketClient, command: Command): Promise<ReceivedEvent> {
    const key = this.note(command);
    const answer = await client.request(command);
    const { reply } = checker.document.operations[`${this.channel}.receive.${command.type}`] ?? {};
    expect(reply?.messages.map(lastOf), key).toContain(checker.identify(this.channel, 'send', answer));
    return answer;
  }

  send(client: SocketClient, command: Command): void {
    this.note(command);
    client.send(command);
  }

  /** The keys of all events that came. */
  received(): Set<string> {
    const frames = this.clients.flatMap(({ seen }) => seen);
    return new Set(frames.map((frame) => checker.identify(this.channel, 'send', frame)));
  }

  private note(command: Command): string {
    const key = checker.identify(this.channel, 'receive', command);
    this.sent.add(key);
    return key;
  }
}

/** Everything that any gateway sends, whatever it is for; `going_away` comes when the application stops. */
async function provokeCoreEvents(
  recording: Recording,
  path: string,
  user: Actor,
  opening: string | null = 'connected',
): Promise<void> {
  const client = recording.listen(await SocketClient.connect(`${app.wsUrl}${path}`));
  await client.next('auth_required');
  client.send({ type: 'typing', ref: 'early' });
  expect(await client.next('error')).toMatchObject({ code: 'auth_required', ref: 'early' });
  await recording.request(client, { type: 'auth_token', token: user.token, clientId: 'laptop-1' });
  await client.next('token_expiring');
  if (opening !== null) await client.until(opening);
  await recording.request(client, { type: 'ping' });
  await recording.request(client, { type: 'auth_token', token: user.token });
  client.sendText('not JSON');
  expect(await client.next('error')).toMatchObject({ code: 'bad_json' });
  client.send({ type: 'no_such_type' });
  expect(await client.next('error')).toMatchObject({ code: 'unknown_type' });
  for (let i = 0; i < 120; i++) client.send({ type: 'ping' });
  expect(await client.next('error')).toMatchObject({ code: 'rate_limited', retry_after_ms: expect.any(Number) });
  const stranger = recording.listen(await SocketClient.connect(`${app.wsUrl}${path}`));
  recording.send(stranger, { type: 'auth_token', token: 'forged' });
  await stranger.next('auth_error');
}

/** A call of each outcome, and one that is busy. */
async function driveCalls(wire: Recording, { alice, bob, a, b }: Pair): Promise<void> {
  const c = wire.listen(await alice.dm(await register(app, 'carol')));
  const invite = async () => (await wire.request(a, { type: 'call_invite', media: MEDIA }))['call_id'] as string;
  const accepted = await invite();
  const late = wire.listen(await bob.dm(alice));
  await wire.request(b, { type: 'call_accept', call_id: accepted });
  await wire.request(c, { type: 'call_invite', media: null });
  await wire.request(b, { type: 'call_end', call_id: accepted });
  await wire.request(b, { type: 'call_decline', call_id: await invite() });
  await wire.request(a, { type: 'call_cancel', call_id: await invite() });
  await letRingExpire(app, await invite());
  await a.next('call_missed');
  await late.close();
}

async function driveChannelOnUserSocket(
  wire: Recording,
  { bob, a, b, diff, moderator }: Pair & { diff: SocketClient; moderator: SocketClient },
  of: { channel_id: string },
): Promise<void> {
  await wire.request(a, { type: 'subscribe', ...of, presence: 'each' });
  await wire.request(diff, { type: 'subscribe', ...of, presence: 'diff' });
  await wire.request(b, { type: 'subscribe', ...of });
  await a.next('user_joined');
  await diff.next('presence_diff');
  const { id } = await wire.request(a, { type: 'message', ...of, content: 'hi' });
  const gone = await wire.request(a, { type: 'message', ...of, content: 'gone' });
  await changeMessages(wire, a, '', [id, gone['id']], of);
  await wire.request(moderator, { type: 'subscribe', ...of });
  for (const type of ['pin', 'unpin']) await wire.request(moderator, { type, ...of, message_id: id });
  await wire.request(a, { type: 'typing', ...of, is_typing: true });
  expect(await wire.request(b, { type: 'read', ...of, seq: 1 })).toMatchObject({ type: 'ack' });
  await a.next('read');
  for (const type of ['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate']) {
    await wire.request(a, { type, ...of, target_user_id: bob.id, data: { sdp: 'v=0' } });
    await b.next(type);
  }
  await wire.request(a, { type: 'call_join', ...of, media: { audio: true } });
  await wire.request(b, { type: 'call_join', ...of });
  await a.next('call_joined');
  await wire.request(b, { type: 'call_leave', ...of });
  await a.next('call_left');
  await wire.request(b, { type: 'unsubscribe', ...of });
  await a.next('user_left');
  await changeInTheLog(id);
}

/** Answers with the id of a message. */
async function driveDmOnUserSocket(wire: Recording, { alice, bob, a, b }: Pair): Promise<unknown> {
  const { conversation_id } = await wire.request(a, { type: 'subscribe', dm_user_id: bob.id, presence: 'each' });
  const of = { conversation_id };
  await wire.request(b, { type: 'subscribe', dm_user_id: alice.id });
  await a.next('dm_user_online');
  const { id } = await wire.request(a, { type: 'dm_message', ...of, content: 'hello' });
  const gone = await wire.request(a, { type: 'dm_message', ...of, content: 'gone' });
  await changeMessages(wire, a, 'dm_', [id, gone['id']], of);
  await wire.request(b, { type: 'dm_typing', ...of, is_typing: true });
  await a.next('dm_typing');
  expect(await wire.request(b, { type: 'dm_read', ...of, seq: 1 })).toMatchObject({ type: 'ack' });
  await a.next('dm_read');
  for (const type of ['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate']) {
    await wire.request(a, { type, ...of, data: null });
    await b.next(type);
  }
  const carol = await register(app, 'carol');
  const other = await wire.request(a, { type: 'subscribe', dm_user_id: carol.id });
  const invite = async () => (await wire.request(a, { type: 'call_invite', ...of, media: MEDIA }))['call_id'] as string;
  const accepted = await invite();
  await wire.request(b, { type: 'call_accept', ...of, call_id: accepted });
  await wire.request(a, { type: 'call_invite', conversation_id: other['conversation_id'], media: null });
  await wire.request(b, { type: 'call_end', ...of, call_id: accepted });
  await wire.request(b, { type: 'call_decline', ...of, call_id: await invite() });
  await wire.request(a, { type: 'call_cancel', ...of, call_id: await invite() });
  await letRingExpire(app, await invite());
  await a.next('call_missed');
  await wire.request(b, { type: 'unsubscribe', ...of });
  await a.next('dm_user_offline');
  return id;
}

/** What a user's devices are told of a group, whatever they are subscribed to. */
async function driveCommunity(owner: Actor, groupId: string, device: SocketClient): Promise<void> {
  await owner.api.patch(`/groups/${groupId}`, { name: 'Another name' });
  await device.next('group_updated');
  const made = (await owner.api.post(`/groups/${groupId}/channels`, { name: 'new' })).body as { id: string };
  await device.next('channel_created');
  await owner.api.post(`/channels/${made.id}/messages`, { content: 'hi' });
  await device.next('activity');
  await owner.api.patch(`/channels/${made.id}`, { topic: 'What is new' });
  await device.next('channel_updated');
  await owner.api.delete(`/channels/${made.id}`);
  await device.next('channel_deleted');
  const dora = await register(app, 'dora');
  await join(owner, dora, groupId);
  await device.next('member_joined');
  await owner.api.patch(`/groups/${groupId}/members/${dora.id}`, { role: 'moderator' });
  await device.next('member_updated');
  await dora.api.post(`/groups/${groupId}/leave`, {});
  await device.next('member_left');
  await app.app.get(UserDevices, { strict: false }).resync();
  await device.next('resync');
}

/** As an edit leaves the log: the message has a later state, under the next number. */
async function changeInTheLog(messageId: unknown): Promise<void> {
  await app.sql(
    `WITH head AS (
       UPDATE conversations SET last_seq = last_seq + 1
       WHERE id = (SELECT conversation_id FROM messages WHERE id = $1) RETURNING last_seq)
     UPDATE messages SET rev = head.last_seq, content = 'edited', edited_at = now() FROM head WHERE messages.id = $1`,
    [messageId],
  );
}

/** What a sender may do to messages of its own. */
async function changeMessages(
  wire: Recording,
  client: SocketClient,
  prefix: string,
  ids: [unknown, unknown],
  of: object = {},
): Promise<void> {
  const [kept, deleted] = ids.map((message_id) => ({ ...of, message_id }));
  await wire.request(client, { type: `${prefix}message_edit`, ...kept, content: 'edited' });
  await wire.request(client, { type: `${prefix}reaction_add`, ...kept, emoji: '👍' });
  await wire.request(client, { type: `${prefix}reaction_remove`, ...kept, emoji: '👍' });
  await wire.request(client, { type: `${prefix}message_delete`, ...deleted });
}

const documented = (channel: string, action: 'send' | 'receive') => checker.keys(channel, action).sort();

describe('the AsyncAPI document and the wire (8)', () => {
  it('documents every command that the channel gateway takes, every event that it sends, and every field', async () => {
    const wire = new Recording('channel');
    const { owner, members, channelId } = await channelScene(app, { members: ['alice', 'bob'], type: 'VIDEO' });
    const { alice, bob } = members;
    const a = wire.listen(await alice.channel(channelId));
    const diff = wire.listen(await alice.channel(channelId, { presence: 'diff' }));
    const b = wire.listen(await bob.channel(channelId));
    await a.next('user_joined');
    await diff.next('presence_diff');

    const { id } = await wire.request(a, { type: 'message', content: `hi @${bob.username}`, nonce: 'n1' });
    expect(await wire.request(a, { type: 'message', content: `hi @${bob.username}`, nonce: 'n1' })).toMatchObject({
      duplicate: true,
    });
    const other = await wire.request(a, { type: 'message', content: 'gone' });
    await changeMessages(wire, a, '', [id, other['id']]);
    const moderator = wire.listen(await owner.channel(channelId));
    for (const type of ['pin', 'unpin']) await wire.request(moderator, { type, message_id: id });
    expect(await wire.request(a, { type: 'typing', is_typing: true })).toMatchObject({ type: 'ack' });
    expect(await wire.request(b, { type: 'read', seq: 1 })).toMatchObject({ type: 'ack' });
    await a.next('read');
    a.send({ type: 'message', content: 7 });
    expect(await a.next('error')).toMatchObject({ code: 'validation_failed' });

    const signal = { target_user_id: bob.id, data: { sdp: 'v=0' } };
    for (const type of ['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate']) {
      await wire.request(a, { type, ...signal });
      await b.next(type);
    }
    await wire.request(a, { type: 'webrtc_ice_candidate', target_user_id: bob.id, data: null });
    const lost = await wire.request(a, { type: 'webrtc_offer', ...signal, target_user_id: NO_SUCH_ID });
    expect(lost).toMatchObject({ type: 'error', code: 'target_not_found' });

    await wire.request(a, { type: 'call_join', media: { audio: true } });
    await wire.request(b, { type: 'call_join' });
    await a.next('call_joined');
    await wire.request(b, { type: 'call_leave' });
    await a.next('call_left');
    await b.close();
    await a.next('user_left');

    await changeInTheLog(id);
    const { epoch } = a.seen.find(({ type }) => type === 'connected') as unknown as { epoch: string };
    for (const since of ['0', '1']) {
      const again = wire.listen(await alice.channel(channelId, { since, epoch, history: '10' }));
      await again.next('resumed');
    }
    await provokeCoreEvents(wire, `/ws/channel/${channelId}`, alice);

    expect([...wire.sent].sort()).toEqual(documented('channel', 'receive'));
    expect([...wire.received(), 'GoingAwayEvent'].sort()).toEqual(documented('channel', 'send'));
  });

  it('documents every command that the DM gateway takes, every event that it sends, and every field', async () => {
    const wire = new Recording('dm');
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const a = wire.listen(await alice.dm(bob));
    const b = wire.listen(await bob.dm(alice));
    await a.next('dm_user_online');

    const { id } = await wire.request(a, { type: 'dm_message', content: 'hello', nonce: 'n1' });
    const other = await wire.request(a, { type: 'dm_message', content: 'gone' });
    await changeMessages(wire, a, 'dm_', [id, other['id']]);
    await wire.request(a, { type: 'dm_typing', is_typing: true });
    await b.next('dm_typing');
    await wire.request(b, { type: 'dm_read', seq: 1 });
    await a.next('dm_read');
    for (const type of ['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate']) {
      await wire.request(a, { type, data: { sdp: 'v=0' } });
      await b.next(type);
    }
    await driveCalls(wire, { alice, bob, a, b });
    await b.close();
    await a.next('dm_user_offline');

    await changeInTheLog(id);
    const { epoch } = a.seen.find(({ type }) => type === 'connected') as unknown as { epoch: string };
    for (const since of ['0', '1']) {
      const again = wire.listen(await alice.dm(bob, { since, epoch, history: '10' }));
      await again.next('resumed');
    }
    await provokeCoreEvents(wire, `/ws/dm/${bob.id}`, alice);

    expect([...wire.sent].sort()).toEqual(documented('dm', 'receive'));
    expect([...wire.received(), 'GoingAwayEvent'].sort()).toEqual(documented('dm', 'send'));
  });

  it('documents every command that the user gateway takes, every event that it sends, and every field', async () => {
    const wire = new Recording('user');
    const { owner, members, groupId, channelId } = await channelScene(app, {
      members: ['alice', 'bob'],
      type: 'VIDEO',
    });
    const { alice, bob } = members;
    const dial = async (actor: Actor) => wire.listen(await actor.connect('/ws/user'));
    const [a, b, diff, moderator] = [await dial(alice), await dial(bob), await dial(alice), await dial(owner)];
    const inChannel = { channel_id: channelId };
    await driveChannelOnUserSocket(wire, { alice, bob, a, b, diff, moderator }, inChannel);
    const id = await driveDmOnUserSocket(wire, { alice, bob, a, b });
    await driveCommunity(owner, groupId, a);
    await changeInTheLog(id);
    for (const since of [0, 1]) {
      const again = await dial(alice);
      await wire.request(again, { type: 'subscribe', ...inChannel, since, history: 10 });
      await again.next('resumed');
      await wire.request(again, { type: 'subscribe', dm_user_id: bob.id, since, history: 10 });
      await again.next('resumed');
    }
    await provokeCoreEvents(wire, '/ws/user', alice);

    expect([...wire.sent].sort()).toEqual(documented('user', 'receive'));
    expect([...wire.received(), 'GoingAwayEvent'].sort()).toEqual(documented('user', 'send'));
  });

  it('documents every command that the meeting gateway takes, every event that it sends, and every field', async () => {
    const wire = new Recording('meeting');
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const dial = async (actor: Actor, path = '/ws/meet/documented') => wire.listen(await actor.dial(path));
    const [a, b, c] = [await dial(alice), await dial(bob), await dial(bob)];
    await wire.request(a, { type: 'join', client_id: 'a', display_name: 'Alice', media: { audio: true } });
    await wire.request(b, { type: 'join', client_id: 'b' });
    await a.next('peer-joined');

    for (const [type, body] of [
      ['offer', { sdp: { type: 'offer', sdp: 'v=0' } }],
      ['answer', { sdp: { type: 'answer', sdp: 'v=0' } }],
      ['candidate', { candidate: null }],
    ] as const) {
      await wire.request(a, { type, to: 'b', ...body });
      await b.next(type);
    }
    await wire.request(a, { type: 'screen-share-started', stream_id: 's' });
    await wire.request(a, { type: 'screen-share-stopped' });
    await wire.request(b, { type: 'raise-hand' });
    await a.next('raise-hand');
    await wire.request(a, { type: 'lower-hand', peer_id: 'b' });
    await wire.request(a, { type: 'media-state', audio: true, video: true });
    await wire.request(a, { type: 'chat', content: 'hello' });
    await b.next('chat');
    for (const type of ['chat-disabled', 'chat-enabled', 'lock-room', 'unlock-room']) {
      await wire.request(a, { type });
      await b.next(type);
    }
    await wire.request(a, { type: 'mute-peer', peer_id: 'b' });
    await b.next('mute-requested');
    await wire.request(c, { type: 'join', client_id: 'c', media: null });
    await c.next('chat-history');
    await wire.request(a, { type: 'leave' });
    await b.next('host-changed');
    await wire.request(a, { type: 'join' });
    await b.next('peer-left');
    const other = await dial(alice);
    await wire.request(other, { type: 'join', client_id: 'other' });
    await wire.request(b, { type: 'remove-peer', peer_id: 'other' });
    await other.closed;
    await provokeCoreEvents(wire, '/ws/meet/documented-core', alice, null);

    expect([...wire.sent].sort()).toEqual(documented('meeting', 'receive'));
    expect([...wire.received(), 'GoingAwayEvent'].sort()).toEqual(documented('meeting', 'send'));
  });

  it('documents every command that the room gateway takes, every event that it sends, and every field', async () => {
    const wire = new Recording('room');
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const room = `r-${alice.id}`;
    const a = wire.listen(await alice.dial(`/ws/${room}`, { client_id: 'a' }));
    await a.next('users_in_room');
    const b = wire.listen(await bob.dial(`/ws/${room}`, { client_id: 'b' }));
    await a.next('user_joined');

    for (const [type, field] of [
      ['offer', 'offer'],
      ['answer', 'answer'],
      ['ice_candidate', 'candidate'],
      ['data', 'data'],
    ] as const) {
      await wire.request(a, { type, [field]: { sdp: 'v=0' }, to: 'b' });
      await b.next(type);
    }
    await wire.request(a, { type: 'ice_candidate', candidate: null });
    await wire.request(a, { type: 'data', data: null, to: null });
    const lost = await wire.request(a, { type: 'offer', offer: {}, to: 'nobody' });
    expect(lost).toMatchObject({ type: 'error', code: 'target_not_found' });
    await b.close();
    await a.next('user_left');
    const guest = wire.listen(await SocketClient.connect(`${app.wsUrl}/ws/${room}`));
    wire.send(guest, { type: 'join', username: 'Carol' });
    await guest.next('users_in_room');
    await provokeCoreEvents(wire, `/ws/${room}`, alice, 'users_in_room');

    expect([...wire.sent].sort()).toEqual(documented('room', 'receive'));
    expect([...wire.received(), 'GoingAwayEvent'].sort()).toEqual(documented('room', 'send'));
  });

  it('documents the farewell of a planned stop', async () => {
    const other = await startTestApp();
    const user = await register(other, 'alice');
    const client = await user.dm(await register(other, 'bob'));
    await other.close();
    expect(checker.identify('dm', 'send', client.seen.at(-1)!)).toBe('GoingAwayEvent');
  });

  it('would notice a field that is not documented', () => {
    const typing = { type: 'dm_typing', user_id: NO_SUCH_ID, username: 'bob', is_typing: true };
    const complete = { ...typing, conversation_id: NO_SUCH_ID };
    expect(checker.identify('dm', 'send', complete)).toBe('DmTypingEvent');
    expect(() => checker.identify('dm', 'send', { ...complete, extra: 1 })).toThrow(/additional properties/);
    expect(() => checker.identify('dm', 'send', typing)).toThrow(/conversation_id/);
  });
});
