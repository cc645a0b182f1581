import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AsyncApiChecker, fetchAsyncApi } from '../support/asyncapi.js';
import { GreetingsModule } from '../support/documented-gateway.js';
import { noteName, requireDocumentedNames } from '../support/documented-names.js';
import { EventRecording } from '../support/event-recording.js';
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

const connect = ({ token }: Actor, namespace: string) =>
  SocketIoClient.connect(`${app.url}${namespace}`, { auth: { token } });
const documented = (channel: string, action: 'send' | 'receive') => checker.keys(channel, action).sort();

describe('the AsyncAPI document and Socket.IO (7, 8)', () => {
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
    expect([...wire.received(), 'SessionEndedEvent', 'SocketGoingAwayEvent'].sort()).toEqual(
      documented('greetings', 'send'),
    );

    await alice.request('misbehave');
    await alice.next('undocumented');
    expect(() => wire.received()).toThrow('greetings does not document undocumented {}');
    const { port } = new URL(app.url);
    expect(() => {
      requireDocumentedNames(app.app, port);
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
    requireDocumentedNames(app.app, '1');
    noteName(address, 'no_such_event');
    expect(() => {
      requireDocumentedNames(app.app, '1');
    }).toThrow(/no document: \/ws\/channel\/\S+ no_such_event/);
  });
});
