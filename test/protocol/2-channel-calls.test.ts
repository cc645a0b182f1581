import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { channelScene, register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const SIGNALS = ['webrtc_offer', 'webrtc_answer', 'webrtc_ice_candidate'];

const voiceScene = (type: 'TEXT' | 'VOICE' | 'VIDEO' = 'VOICE') =>
  channelScene(app, { members: ['alice', 'bob', 'carol'], type });

/** Connects, and tells the connection's id. */
async function connect(actor: Actor, channelId: string) {
  const client = await actor.channel(channelId);
  const { connection_id } = await client.next('connected');
  return { client, id: connection_id as string };
}

describe('webrtc_offer, webrtc_answer, webrtc_ice_candidate (2)', () => {
  it.each(SIGNALS)('%s goes to all connections of the target, and to nobody else', async (type) => {
    const { members, channelId } = await voiceScene('VIDEO');
    const alice = await connect(members.alice, channelId);
    const bobs = [await connect(members.bob, channelId), await connect(members.bob, channelId)];
    const carol = await connect(members.carol, channelId);
    const data = { sdp: 'v=0\r\n', nested: [{ deep: { er: [1, null, 'ü'] } }] };
    const answer = await alice.client.request({ type, target_user_id: members.bob.id.toUpperCase(), data });
    expect(answer.type).toBe('ack');
    for (const bob of bobs)
      expect(await bob.client.next(type)).toEqual({
        type,
        from_user_id: members.alice.id,
        from_username: members.alice.username,
        from_connection_id: alice.id,
        channel_id: channelId,
        data,
      });
    for (const { client } of [alice, carol])
      expect((await client.untilMarker()).filter((event) => event.type === type)).toEqual([]);
  });

  it('goes to the one connection that target_connection_id names', async () => {
    const { members, channelId } = await voiceScene();
    const alice = await connect(members.alice, channelId);
    const [first, second] = [await connect(members.bob, channelId), await connect(members.bob, channelId)];
    const signal = { type: 'webrtc_offer', target_user_id: members.bob.id, data: 1 };
    await alice.client.request({ ...signal, target_connection_id: second.id.toUpperCase() });
    expect(await second.client.next('webrtc_offer')).toMatchObject({ data: 1 });
    await alice.client.request({ ...signal, target_connection_id: null, data: 2 });
    expect(await first.client.next('webrtc_offer')).toMatchObject({ data: 2 });
  });

  it('arrive in the order sent', async () => {
    const { members, channelId } = await voiceScene();
    const [alice, bob] = [await connect(members.alice, channelId), await connect(members.bob, channelId)];
    const sent = Array.from({ length: 30 }, (_, n) => ({ type: SIGNALS[n % 3], data: n }));
    for (const signal of sent) alice.client.send({ ...signal, target_user_id: members.bob.id });
    for (const signal of sent)
      expect(await bob.client.next((event) => event.type.startsWith('webrtc_'))).toMatchObject(signal);
  });

  it('to a target that is not here is target_not_found, with details that name it', async () => {
    const { members, channelId } = await voiceScene();
    const alice = await connect(members.alice, channelId);
    const bob = await connect(members.bob, channelId);
    const signal = { type: 'webrtc_offer', data: {} };
    expect(await alice.client.request({ ...signal, target_user_id: members.carol.id })).toMatchObject({
      type: 'error',
      code: 'target_not_found',
      details: [{ field: 'target_user_id', problems: [`${members.carol.id} is not here`] }],
    });
    const absent = randomUUID();
    expect(
      await alice.client.request({ ...signal, target_user_id: members.bob.id, target_connection_id: absent }),
    ).toMatchObject({ code: 'target_not_found', details: [{ field: 'target_connection_id' }] });
    const carol = await connect(members.carol, channelId);
    expect(
      await alice.client.request({ ...signal, target_user_id: members.bob.id, target_connection_id: carol.id }),
    ).toMatchObject({ code: 'target_not_found' });
    expect((await bob.client.untilMarker()).map(({ type }) => type)).not.toContain('webrtc_offer');
  });

  it('does not leave the channel', async () => {
    const [here, there] = [await voiceScene(), await voiceScene()];
    const alice = await connect(here.members.alice, here.channelId);
    await connect(there.members.bob, there.channelId);
    expect(
      await alice.client.request({ type: 'webrtc_offer', target_user_id: there.members.bob.id, data: {} }),
    ).toMatchObject({ code: 'target_not_found' });
  });

  it('and calls are forbidden in a TEXT channel', async () => {
    const { members, channelId } = await voiceScene('TEXT');
    const alice = await connect(members.alice, channelId);
    const bob = await connect(members.bob, channelId);
    for (const type of SIGNALS)
      expect(await alice.client.request({ type, target_user_id: members.bob.id, data: {} })).toMatchObject({
        type: 'error',
        code: 'forbidden',
      });
    for (const type of ['call_join', 'call_leave'])
      expect(await alice.client.request({ type })).toMatchObject({ code: 'forbidden' });
    expect((await bob.client.untilMarker()).filter(({ type }) => /webrtc|call/.test(type))).toEqual([]);
  });

  it.each([
    ['null', 'null'],
    ['a text', '"candidate:1 \\u00fc \\ud83d\\ude00"'],
    ['a false value', 'false'],
    ['with keys that mean something to JavaScript', '{"__proto__":{"polluted":true},"constructor":1,"toString":null}'],
  ])('relays data untouched: %s', async (_, data) => {
    const { members, channelId } = await voiceScene();
    const [alice, bob] = [await connect(members.alice, channelId), await connect(members.bob, channelId)];
    alice.client.sendText(`{"type":"webrtc_ice_candidate","target_user_id":"${members.bob.id}","data":${data}}`);
    const event = await bob.client.next('webrtc_ice_candidate');
    expect(JSON.stringify(event['data'])).toBe(JSON.stringify(JSON.parse(data)));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['numbers beyond a double', '{"n":12345678901234567890.50,"e":1E2,"z":-0}'],
    ['doubled keys, and their order', '{"b":1,"a":2,"b":3,"1":4}'],
    ['spacing and escapes', '{ "sdp" :\t"v=0\\r\\n\\u0041\\/}\\"]" , "x" : [ ] }'],
    ['what looks like the end of the message', '"\\"},\\"data\\":1}"'],
  ])('relays data as it was written: %s', async (_, data) => {
    const { members, channelId } = await voiceScene();
    const [alice, bob] = [await connect(members.alice, channelId), await connect(members.bob, channelId)];
    const text = once(bob.client.ws, 'message').then(([frame]) => String(frame));
    const target = `"target_user_id":"${members.bob.id}"`;
    alice.client.sendText(`{"data":"not this one","type":"webrtc_offer", "d\\u0061ta" : ${data} ,${target}}`);
    expect(await text).toContain(`,"data":${data}}`);
    expect(await bob.client.next('webrtc_offer')).toMatchObject({ from_user_id: members.alice.id });
  });

  it('relays up to 32 KiB of data, and stores none', async () => {
    const { members, channelId } = await voiceScene();
    const [alice, bob] = [await connect(members.alice, channelId), await connect(members.bob, channelId)];
    const most = 'x'.repeat(32_768 - 2);
    const signal = { type: 'webrtc_offer', target_user_id: members.bob.id };
    expect((await alice.client.request({ ...signal, data: most })).type).toBe('ack');
    expect(await bob.client.next('webrtc_offer')).toMatchObject({ data: most });
    for (const data of [`${most}x`, undefined])
      expect(await alice.client.request({ ...signal, data })).toMatchObject({
        code: 'validation_failed',
        details: [{ field: 'data' }],
      });
    expect(await alice.client.request({ ...signal, target_user_id: 'bob', data: {} })).toMatchObject({
      code: 'validation_failed',
      details: [{ field: 'target_user_id' }],
    });
    expect(await app.sql('SELECT 1 FROM messages WHERE conversation_id = $1', [channelId])).toEqual([]);
    const later = await members.bob.channel(channelId, { since: '0', history: '10' });
    await later.until('resumed');
    expect(later.seen.map(({ type }) => type)).not.toContain('webrtc_offer');
  });
});

describe('call_join and call_leave (2)', () => {
  it('tell the joiner who is in the call and its order, and the others who came and went', async () => {
    const { members, channelId } = await voiceScene('VIDEO');
    const alice = await connect(members.alice, channelId);
    const bob = await connect(members.bob, channelId);
    const carol = await connect(members.carol, channelId);
    const media = { audio: true, video: false };
    const first = await alice.client.request({ type: 'call_join', media });
    expect(first).toMatchObject({ type: 'call_participants', channel_id: channelId, participants: [] });
    const ofAlice = {
      user_id: members.alice.id,
      username: members.alice.username,
      connection_id: alice.id,
      media,
      order: first['order'],
    };
    for (const { client } of [bob, carol])
      expect(await client.next('call_joined')).toEqual({ type: 'call_joined', channel_id: channelId, ...ofAlice });
    const second = await bob.client.request({ type: 'call_join' });
    expect(second['participants']).toEqual([ofAlice]);
    expect(second['order']).toBeGreaterThan(first['order'] as number);
    expect(await alice.client.next('call_joined')).toMatchObject({ user_id: members.bob.id, order: second['order'] });
    expect(await bob.client.request({ type: 'call_leave' })).toMatchObject({ type: 'ack' });
    for (const { client } of [alice, carol])
      expect(await client.next('call_left')).toEqual({
        type: 'call_left',
        channel_id: channelId,
        user_id: members.bob.id,
        username: members.bob.username,
        connection_id: bob.id,
      });
    for (const { client } of [alice, bob]) {
      const own = (await client.untilMarker()).filter(({ type }) => type === 'call_joined' || type === 'call_left');
      expect(own.filter((event) => event['connection_id'] === (client === alice.client ? alice.id : bob.id))).toEqual(
        [],
      );
    }
  });

  it('joining again keeps the place and tells of other media, and leaving twice tells nobody again', async () => {
    const { members, channelId } = await voiceScene();
    const alice = await connect(members.alice, channelId);
    const bob = await connect(members.bob, channelId);
    const first = await alice.client.request({ type: 'call_join', media: { audio: true } });
    const again = await alice.client.request({ type: 'call_join', media: { audio: false } });
    expect(again).toMatchObject({ order: first['order'], participants: [] });
    const { participants } = await bob.client.request({ type: 'call_join' });
    expect(participants).toMatchObject([{ user_id: members.alice.id, media: { audio: false } }]);
    await alice.client.request({ type: 'call_leave' });
    await alice.client.request({ type: 'call_leave' });
    const told = (await bob.client.untilMarker()).filter(({ type }) => type.startsWith('call_'));
    expect(told.map(({ type }) => type)).toEqual(['call_joined', 'call_joined', 'call_left']);
    expect(told[1]).toMatchObject({ order: first['order'], media: { audio: false }, connection_id: alice.id });
  });

  it.each(['cleanly', 'broken'])('a participant whose connection ends %s leaves the call at once', async (how) => {
    const { members, channelId } = await voiceScene();
    const alice = await connect(members.alice, channelId);
    const bob = await connect(members.bob, channelId);
    await alice.client.request({ type: 'call_join' });
    if (how === 'cleanly') await alice.client.close();
    else alice.client.terminate();
    expect(await bob.client.next('call_left')).toMatchObject({ connection_id: alice.id });
    expect(await bob.client.request({ type: 'call_join' })).toMatchObject({ participants: [] });
  });

  it('media over 1 KiB is validation_failed', async () => {
    const { members, channelId } = await voiceScene();
    const alice = await connect(members.alice, channelId);
    expect(await alice.client.request({ type: 'call_join', media: 'x'.repeat(1100) })).toMatchObject({
      code: 'validation_failed',
      details: [{ field: 'media' }],
    });
  });

  it('a stranger neither signals nor joins', async () => {
    const { channelId } = await voiceScene();
    const stranger = await (await register(app)).dial(`/ws/channel/${channelId}`);
    stranger.send({ type: 'call_join' });
    expect(await stranger.closed).toMatchObject({ code: 4403 });
    expect(stranger.seen).toEqual([]);
  });
});
