import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AsyncApiChecker, fetchAsyncApi } from '../support/asyncapi.js';
import { newCallRoom } from '../support/call-rooms.js';
import { GreetingsModule } from '../support/documented-gateway.js';
import { noteName, requireDocumentedNames } from '../support/documented-names.js';
import { EventRecording } from '../support/event-recording.js';
import { enterLobby, inRoom } from '../support/lobby-scene.js';
import { register } from '../support/scene.js';
import type { Actor } from '../support/scene.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

let app: TestApp;
let checker: AsyncApiChecker;

beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1' }, extraModules: [GreetingsModule] });
  checker = new AsyncApiChecker(await fetchAsyncApi(app));
});
afterAll(() => app.close());

/** Of every Socket.IO gateway; a test of their own provokes them. */
const CORE = ['SessionEndedEvent', 'SocketGoingAwayEvent'];

const connect = ({ token }: Actor, namespace: string) =>
  SocketIoClient.connect(`${app.url}${namespace}`, { auth: { token } });
const documented = (channel: string, action: 'send' | 'receive') => checker.keys(channel, action).sort();

describe('the AsyncAPI document and Socket.IO (7, 8)', () => {
  it('documents every event that the call gateway takes and sends, each with every field and its acknowledgement (7.1)', async () => {
    const wire = new EventRecording(checker, 'call');
    const [a, b] = [await connect(await register(app, 'alice'), '/'), await connect(await register(app, 'bob'), '/')];
    for (const client of [a, b]) wire.listen(client);
    const callRoomId = newCallRoom();
    const metadata = { topic: 'Planning', tags: ['a', { deep: 1 }] };
    await wire.request(a, 'webrtc:join-room', { callRoomId, callType: 'audio', metadata });
    await wire.request(b, 'webrtc:join-room', { callRoomId });
    await a.next('webrtc:participant-joined');
    const to = { callRoomId, targetSocketId: b.id };
    await wire.request(a, 'webrtc:offer', { ...to, offer: { sdp: 'v=0' }, sdpMid: '0', sdpMLineIndex: 0 });
    await wire.request(a, 'webrtc:answer', { ...to, answer: { sdp: 'v=0' } });
    await wire.request(a, 'webrtc:ice-candidate', { callRoomId, candidate: { candidate: '' }, sdpMid: null });
    await wire.request(a, 'webrtc:ice-candidate', { ...to, candidate: null });
    for (const event of ['webrtc:offer', 'webrtc:answer', 'webrtc:ice-candidate', 'webrtc:ice-candidate'])
      await b.next(event);
    const lost = await wire.request(a, 'webrtc:offer', { ...to, targetSocketId: 'nobody', offer: {} });
    expect(lost).toMatchObject({ success: false, code: 'participant_not_found' });
    const wrong = await a.request('webrtc:offer', { ...to, offer: 7 });
    expect(checker.identifyAck('call', 'webrtc:offer', wrong)).toBe('SocketFailureAck');
    await wire.request(b, 'webrtc:leave-room', { callRoomId });
    await Promise.all([b.next('webrtc:room-left'), a.next('webrtc:participant-left')]);

    expect([...wire.sent].sort()).toEqual(documented('call', 'receive'));
    expect([...wire.received(), ...CORE].sort()).toEqual(documented('call', 'send'));
    const codes = checker.document.channels['call']!['x-error-codes'].map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['participant_not_found', lost.code]));
  });

  it('documents every event that the lobby gateway takes and sends, each with every field and its acknowledgement (7.2)', async () => {
    const wire = new EventRecording(checker, 'lobby');
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const a = wire.listen(await enterLobby(app, alice));
    let b = wire.listen(await enterLobby(app, bob));
    await wire.request(a, 'join_lobby');
    const created = await wire.request(a, 'create_room', { max_players: 2, data: { map: 'harbour' }, private: true });
    const { room_id } = created.data as { room_id: string };
    const refused = await wire.request(b, 'join_room', { room_id: 'nowhere' });
    expect(refused.code).toBe('not_found');
    await wire.request(b, 'join_room', { room_id });
    await a.next('game_start', inRoom(room_id));
    for (const move of [{ from: 'e2' }, 7, null]) await wire.request(a, 'game_move', { room_id, move });
    await wire.request(a, 'room_data', { room_id, patch: { map: 'desert', list: [1] } });
    const body = { sdp: 'v=0' };
    await wire.request(a, 'webrtc_offer', { room_id, target_id: bob.id, offer: body });
    await wire.request(a, 'webrtc_answer', { room_id, answer: body });
    await wire.request(a, 'ice_candidate', { room_id, candidate: null });
    await b.next('ice_candidate');
    b.terminate();
    await a.next('player_disconnected');
    b = wire.listen(await enterLobby(app, bob));
    await a.next('player_reconnected');
    await wire.request(a, 'finish_game', { room_id, result: { winner: alice.id } });
    await wire.request(b, 'leave_room', { room_id });
    await a.next('player_left');
    await wire.request(a, 'find_match', { player_name: 'Queen', criteria: { game: room_id } });
    for (const chat of [{}, { room_id }]) await wire.request(a, 'join_chat', chat);
    await wire.request(a, 'send_message', { text: 'Good game!' });
    await a.next('new_message');
    // The latest messages are in it now.
    await wire.request(a, 'join_chat');
    await a.next('lobby_stats');
    const guest = wire.listen(await SocketIoClient.connect(`${app.url}/lobby`, { auth: { username: 'Carol' } }));
    await guest.next('auth_success');

    expect([...wire.sent].sort()).toEqual(documented('lobby', 'receive'));
    expect([...wire.received(), ...CORE].sort()).toEqual(documented('lobby', 'send'));
  });

  it('documents a gateway of another team: events, envelopes, second arguments, acknowledgements and errors', async () => {
    const { channels, components, operations } = checker.document;
    const channel = channels['greetings']!;
    expect(channel).toMatchObject({
      address: '/greetings',
      servers: [{ $ref: '#/servers/socketio' }],
      'x-namespaces': ['/greetings'],
      'x-first-frames': [{ message: 'HintedEvent', when: 'always' }],
      'x-error-codes': [{ code: 'too_shy', meaning: 'Nobody wants to be greeted.' }],
    });
    expect(
      operations['greetings.receive.greet:now']?.reply?.messages.map(({ $ref }) => $ref.replace(/.*\//, '')),
    ).toEqual(['GreetingsGreetNowAck', 'GreetedEvent', 'SocketFailureAck']);
    expect(components.messages['GreetedEvent']).toMatchObject({
      examples: [{ name: 'example', payload: { success: true, message: 'Success', data: { text: 'Hello, world!' } } }],
      'x-second-argument-example': { socket_id: 'x7Jq2' },
    });

    const wire = new EventRecording(checker, 'greetings');
    const alice = wire.listen(await connect(await register(app, 'alice'), '/greetings'));
    const greeted = await wire.request(alice, 'greet:now', { name: 'Bob' });
    expect(greeted).toEqual({ success: true, message: 'Success', data: { letters: 3 } });
    await alice.next('greeted');
    expect(await wire.request(alice, 'forget')).toEqual({ success: true, message: 'Success', data: null });
    const refused = await alice.request('greet:now', { name: 7 });
    expect([refused.code, checker.identifyAck('greetings', 'greet:now', refused)]).toEqual([
      'validation_failed',
      'SocketFailureAck',
    ]);
    expect([...wire.received(), ...CORE].sort()).toEqual(documented('greetings', 'send'));

    await alice.request('misbehave');
    await alice.next('undocumented');
    expect(() => wire.received()).toThrow('greetings does not document undocumented {}');
    const { port } = new URL(app.url);
    expect(() => {
      requireDocumentedNames(app.app, port, checker.document);
    }).toThrow('These events are in no document: /greetings undocumented');
  });

  it('documents every event that the live gateway takes, every event that it sends, and every field', async () => {
    const wire = new EventRecording(checker, 'live');
    const alice = await register(app, 'alice');
    const guest = wire.listen(await SocketIoClient.connect(`${app.url}/live`));
    await guest.next('auth_success');
    expect(await wire.request(guest, 'subscribe_updates', { topic: 'documented' })).toMatchObject({ success: true });
    await guest.next('current_data');
    const rules = (read: string) => alice.api.put('/live/documented/rules', { read, write: 'owner' });
    await rules('public');
    await alice.api.put('/live/documented', '{"visitors":1}');
    await guest.next('data_updated');
    await rules('authenticated');
    await guest.next('unsubscribed');
    expect(await wire.request(guest, 'subscribe_updates', { topic: 'documented' })).toMatchObject({
      code: 'forbidden',
    });
    await guest.next('error');
    expect(await wire.request(guest, 'unsubscribe_updates')).toMatchObject({ data: { topics: [] } });
    expect([...wire.sent].sort()).toEqual(documented('live', 'receive'));
    expect([...wire.received(), 'SessionEndedEvent', 'SocketGoingAwayEvent'].sort()).toEqual(
      documented('live', 'send'),
    );
  });

  it('documents how a session ends, and the farewell of a planned stop', async () => {
    const other = await startTestApp({ extraModules: [GreetingsModule] });
    const [alice, bob] = [await register(other, 'alice'), await register(other, 'bob')];
    const [a, b] = await Promise.all(
      [alice, bob].map(({ token }) => SocketIoClient.connect(`${other.url}/greetings`, { auth: { token } })),
    );
    await alice.api.post('/auth/logout-all', {});
    await a!.disconnected;
    await other.close();
    await b!.disconnected;
    expect(checker.identifyEvent('greetings', a!.seen.at(-1)!)).toBe('SessionEndedEvent');
    expect(checker.identifyEvent('greetings', b!.seen.at(-1)!)).toBe('SocketGoingAwayEvent');
  });

  it('would notice a name, a field or an argument that is not documented, in whatever test it comes', () => {
    const envelope = { success: true, message: 'Success', data: { text: 'Hello' } };
    const from = { socket_id: 'x' };
    const identify = (...args: object[]) =>
      checker.identifyEvent('greetings', { event: 'greeted', args: args as never });
    expect(identify(envelope, from)).toBe('GreetedEvent');
    expect(() => identify({ ...envelope, data: { text: 'Hello', more: 1 } }, from)).toThrow(/additional properties/);
    expect(() => identify(envelope)).toThrow(/otherwise/);
    expect(() => identify(envelope, { ...from, more: 1 })).toThrow(/additional properties/);
    expect(() => identify(envelope, from, from)).toThrow(/otherwise/);
    const address = new URL('ws://127.0.0.1:1/ws/channel/0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60');
    noteName(address, 'message');
    requireDocumentedNames(app.app, '1', checker.document);
    noteName(address, 'no_such_event');
    expect(() => {
      requireDocumentedNames(app.app, '1', checker.document);
    }).toThrow(/no document: \/ws\/channel\/\S+ no_such_event/);
  });
});
