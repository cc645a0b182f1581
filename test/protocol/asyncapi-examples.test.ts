import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AsyncApiChecker, fetchAsyncApi } from '../support/asyncapi.js';
import type { AsyncApiDocument } from '../support/asyncapi.js';
import { channelScene } from '../support/scene.js';
import type { ChannelScene } from '../support/scene.js';
import { SocketClient } from '../support/socket-client.js';
import { SocketIoClient } from '../support/socket-io-client.js';
import { startTestApp } from '../support/test-app.js';
import type { TestApp } from '../support/test-app.js';

/** How a server says that it does not understand what it was sent. */
const NOT_UNDERSTOOD = ['bad_json', 'unknown_type', 'validation_failed', 'invalid_message', 'internal'];
/** What comes before there is a user: with a credential at the upgrade these have no place. */
const BEFORE_AUTHENTICATION = ['auth_token', 'room/join'];

let app: TestApp;
let document: AsyncApiDocument;
let scene: ChannelScene<'alice' | 'bob'>;
beforeAll(async () => {
  app = await startTestApp({ env: { GUESTS_ENABLED: '1', WS_MAX_CONNECTIONS_PER_USER: '0' } });
  document = await fetchAsyncApi(app);
  scene = await channelScene(app, { members: ['alice', 'bob'], type: 'VIDEO' });
});
afterAll(() => app.close());

/** The messages that clients send on a channel, each with its example. */
function commandsOf(channel: string): { name: string; example: object }[] {
  const { messages } = document.components;
  return new AsyncApiChecker(document).keys(channel, 'receive').map((key) => {
    const { name, examples } = messages[key]!;
    return { name, example: examples[0]!.payload };
  });
}

const RAW_PATHS: Record<string, () => string> = {
  room: () => `/ws/${randomUUID()}`,
  channel: () => `/ws/channel/${scene.channelId}`,
  dm: () => `/ws/dm/${scene.members.bob.id}`,
  meeting: () => `/ws/meet/${randomUUID()}`,
};

async function answerOfRaw(channel: string, name: string, example: object): Promise<string> {
  const path = RAW_PATHS[channel]!();
  const anonymous = BEFORE_AUTHENTICATION.some((known) => known === name || known === `${channel}/${name}`);
  const client = await (anonymous ? SocketClient.connect(`${app.wsUrl}${path}`) : scene.members.alice.dial(path));
  if (channel === 'meeting' && name !== 'join' && !anonymous) await client.request({ type: 'join' });
  const { type, code } = await client.request(example as { type: string });
  await client.close();
  return code === undefined ? type : `${type}: ${JSON.stringify(code)}`;
}

async function answerOfSocket(namespace: string, name: string, example: object): Promise<string> {
  const client = await SocketIoClient.connect(`${app.url}${namespace}`, { auth: { token: scene.members.alice.token } });
  const { success, code } = await client.request(name, example);
  client.close();
  return success ? 'success' : `failure: ${code}`;
}

describe('the example of each message that the AsyncAPI document has for clients (8) is understood by', () => {
  it.each(Object.keys(RAW_PATHS))('the %s gateway, as it stands', async (channel) => {
    const commands = commandsOf(channel);
    expect(commands.length).toBeGreaterThan(5);
    for (const { name, example } of commands) {
      const answer = await answerOfRaw(channel, name, example);
      expect(`${name} → ${answer}`).not.toMatch(new RegExp(NOT_UNDERSTOOD.join('|')));
    }
  });

  it.each([
    ['call', '/'],
    ['lobby', '/lobby'],
    ['live', '/live'],
  ])('the %s gateway, as it stands', async (channel, namespace) => {
    const commands = commandsOf(channel);
    expect(commands.length).toBeGreaterThan(1);
    for (const { name, example } of commands) {
      const answer = await answerOfSocket(namespace, name, example);
      expect(`${name} → ${answer}`).not.toMatch(new RegExp(NOT_UNDERSTOOD.join('|')));
    }
  });
});
