#!/usr/bin/env node
// Two people talk in a channel: the whole story, as a client of the public API, with `fetch` and `ws` alone.
//
//   node examples/channel-chat.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Connection` and `Api` are what you would take into a client of yours.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

const HELP = `Two users register, meet in a channel, talk, part and come back; both sides of it are printed.

Usage: node examples/channel-chat.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes two new users and a new group, and leaves them there. The exit code is 0 when all went as it should.
`;

/** How long to wait for an answer or an event before giving up. */
const PATIENCE_MS = 10_000;

/** What went wrong, in a sentence for whoever runs this. */
class Failure extends Error {}

/** REST, on behalf of one user once there is a token. */
class Api {
  /** Of the present session. It is good for 15 minutes; then `POST /auth/refresh` gives the next one. */
  token;

  constructor(server) {
    this.server = server;
  }

  get(path) {
    return this.#request('GET', path);
  }

  post(path, body = {}) {
    return this.#request('POST', path, body);
  }

  async #request(method, path, body) {
    const response = await fetch(`${this.server}/api${path}`, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error) => {
      const reason = error.cause?.message || error.cause?.code || error.message;
      throw new Failure(`Cannot reach a Parley server at ${this.server}: ${reason}. Start one with: npm start`);
    });
    const answer = await response.json().catch(() => undefined);
    if (response.ok && answer) return answer;
    // Errors are problem details (RFC 9457): a program acts on `code`, and shows `detail` to people.
    const problem = answer?.code ? `${answer.code}: ${answer.detail}` : 'that is no answer of a Parley server.';
    throw new Failure(`${method} ${this.server}/api${path} answered ${response.status}, ${problem}`);
  }
}

/** One WebSocket connection. It prints what it sends and gets, and lets the story wait for events by their type. */
class Connection {
  /** The log number up to which this client has everything, and the epoch that the number belongs to: see `#follow`. */
  position;
  epoch;
  #name;
  #socket;
  #received = [];
  #wake = () => {};
  #end;

  constructor(name, url) {
    this.#name = name;
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => this.#receive(JSON.parse(data)));
    // `close` follows, but with code 1006, which does not say why.
    this.#socket.on('error', (error) => (this.#end ??= error.message));
    this.#socket.on('close', (code) => {
      this.#end ??= `closed with ${code}`;
      this.#wake();
    });
  }

  /**
   * Connects and waits until the server says `connected`. With a one-time ticket in the query the server knows at once
   * who this is (a browser cannot send an `Authorization` header); without any credential it asks in band.
   */
  static async open(user, path, query = {}) {
    const url = `${user.api.server.replace(/^http/, 'ws')}${path}?${new URLSearchParams(query)}`;
    const connection = new Connection(user.name, url);
    if (!query.ticket) {
      await connection.next('auth_required');
      connection.send('auth_token', { token: user.api.token });
      await connection.next('auth_success');
    }
    await connection.next('connected');
    return connection;
  }

  send(type, fields = {}) {
    print(this.#name, '→', { type, ...fields });
    this.#socket.send(JSON.stringify({ type, ...fields }));
  }

  /** Sends a command with a `ref`, and returns the `ack` that carries the same one. */
  ask(type, fields) {
    const ref = randomUUID();
    this.send(type, { ...fields, ref });
    return this.next('ack', (event) => event.ref === ref);
  }

  /**
   * Sends a message. Its `nonce` names the attempt: a client that does not know whether a message has arrived (the
   * connection broke before the `ack`) sends it again with the same nonce, and it never gets there twice.
   */
  say(type, content, nonce = randomUUID()) {
    return this.ask(type, { content, nonce });
  }

  /** Takes the first event of this type that fits, of those that came and were not taken yet, else waits for it. */
  async next(type, fits = () => true) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#received.findIndex((event) => event.type === type && fits(event));
      if (at >= 0) return this.#received.splice(at, 1)[0];
      const problem = this.#received.find((event) => event.type === 'error' || event.type === 'auth_error');
      if (problem) throw new Failure(`${this.#name} was refused, ${problem.code}: ${problem.message}`);
      // Protocol section 1.2 says of each close code whether to reconnect, to refresh the token first, or to stop.
      if (this.#end)
        throw new Failure(`${this.#name} was waiting for ${type}, and the connection ended: ${this.#end}.`);
      if (Date.now() >= deadline) throw new Failure(`${this.#name} was waiting for ${type}, and it did not come.`);
      await this.#change(deadline - Date.now());
    }
  }

  /** Ends the connection cleanly: the others are told at once. One that breaks has a few seconds to come back first. */
  async close() {
    print(this.#name, '→', 'close');
    this.#socket.close(1000);
    while (!this.#end) await this.#change(PATIENCE_MS);
  }

  #receive(event) {
    print(this.#name, '←', event);
    this.#follow(event);
    this.#received.push(event);
    this.#wake();
  }

  /**
   * Keeps the position, which `since` and `epoch` of the next connection name. A new client starts at the log's head (and
   * asks for `history`, if it wants some). One that resumes has the head only once all that it missed has come.
   */
  #follow(event) {
    if (event.type === 'connected') {
      this.epoch = event.epoch;
      if (!new URL(this.#socket.url).searchParams.has('since')) this.position = event.last_seq;
    } else if (event.type === 'resumed' && event.complete) {
      this.position = event.last_seq;
    } else if (event.rev !== undefined && event.type !== 'ack') {
      this.position = Math.max(this.position ?? 0, event.rev);
    }
  }

  #change(waitMs) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** A line of the transcript: who, in which direction (→ sent, ← received, · by REST), and what. */
function print(name, direction, event) {
  console.log(`${name.padEnd(5)}  ${direction} ${typeof event === 'string' ? event : describe(event)}`);
}

function describe(event) {
  const ref = event.ref ? `  (ref ${event.ref.slice(0, 8)})` : '';
  if (event.content !== undefined) {
    const number = event.seq ? ` ${event.seq} ${event.sender_username}` : '';
    return `${event.type}${number}: ${event.content}${ref}`;
  }
  switch (event.type) {
    case 'auth_token':
      return 'auth_token';
    case 'auth_success':
      return `auth_success as ${event.user}`;
    case 'online_users':
      return `online_users: ${event.total}`;
    case 'connected':
      return `connected, last_seq ${event.last_seq}`;
    case 'resumed':
      return `resumed from ${event.from_seq} to ${event.last_seq}, complete: ${event.complete}`;
    case 'typing':
      return `typing ${event.username ? `${event.username}: ` : ''}${event.is_typing}`;
    case 'ack':
      return `ack: stored as ${event.seq}${event.duplicate ? ', a duplicate' : ''}${ref}`;
    case 'error':
    case 'auth_error':
      return `${event.type} ${event.code}: ${event.message}`;
    default:
      // Clients ignore types that they do not know: a newer server may send some.
      return [event.type, event.username].filter(Boolean).join(' ') + ref;
  }
}

async function register(server, name) {
  const api = new Api(server);
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const account = { username, email: `${username}@example.org`, password: randomUUID() };
  const { user, access_token } = await api.post('/auth/register', account);
  api.token = access_token;
  print(name, '·', `registered as ${username}`);
  return { name, api, id: user.id, username };
}

/** A one-time ticket for a connection: it is valid for 30 seconds, once, so that it may stand in an address. */
async function ticketOf(user) {
  const { ticket } = await user.api.post('/auth/ws-ticket');
  return { ticket };
}

async function story(server) {
  const alice = await register(server, 'alice');
  const bob = await register(server, 'bob');

  // A group with a channel is Alice's; Bob gets in by an invite.
  const group = await alice.api.post('/groups', { name: 'Friends' });
  const channel = await alice.api.post(`/groups/${group.id}/channels`, { name: 'general', type: 'TEXT' });
  const invite = await alice.api.post(`/groups/${group.id}/invites`);
  print('alice', '·', `made the group ${group.name}, the channel ${channel.name} and an invite`);
  await bob.api.post(`/invites/${invite.code}/accept`);
  print('bob', '·', 'accepted the invite');

  // Both connect, each in another way, and Alice sees Bob come.
  const path = `/ws/channel/${channel.id}`;
  const aliceSocket = await Connection.open(alice, path, await ticketOf(alice));
  let bobSocket = await Connection.open(bob, path);
  await aliceSocket.next('user_joined', (event) => event.user_id === bob.id);

  // Bob types and speaks; the `ack` says that his message is stored. Alice answers.
  const fromBob = (event) => event.sender_id === bob.id;
  const fromAlice = (event) => event.sender_id === alice.id;
  bobSocket.send('typing', { is_typing: true });
  await aliceSocket.next('typing', (event) => event.user_id === bob.id && event.is_typing);
  await bobSocket.say('message', 'Hello Alice, are you there?');
  await aliceSocket.next('message', fromBob);
  const nonce = randomUUID();
  await aliceSocket.say('message', `I am, @${bob.username}!`, nonce);
  await bobSocket.next('message', fromAlice);

  // As if Alice had not seen the `ack`: the same message with the same nonce again. Bob does not get it twice.
  const again = await aliceSocket.say('message', `I am, @${bob.username}!`, nonce);
  if (!again.duplicate) throw new Failure('A repeated nonce made a second message.');

  // Bob goes for a while, and remembers how far he had read.
  const { position, epoch } = bobSocket;
  await bobSocket.close();
  await aliceSocket.next('user_left', (event) => event.user_id === bob.id);
  await aliceSocket.say('message', 'Something for later:');
  await aliceSocket.say('message', 'the meeting is at ten.');

  // He comes back from there, and gets just what he missed, in order; then the stream goes on live.
  bobSocket = await Connection.open(bob, path, { since: position, epoch, ...(await ticketOf(bob)) });
  const { complete } = await bobSocket.next('resumed');
  // `complete: false` (more than 1000 changes, or a log restored from a backup): load the conversation by REST instead.
  if (!complete) throw new Failure('The server could not resume.');
  for (const missed of ['Something for later:', 'the meeting is at ten.'])
    await bobSocket.next('message', ({ content }) => content === missed);
  await aliceSocket.next('user_joined', (event) => event.user_id === bob.id);
  await bobSocket.say('message', 'At ten, then.');
  await aliceSocket.next('message', fromBob);

  // What was said can be read by REST too: pages of the latest messages, or those before or after a number.
  const { items } = await bob.api.get(`/channels/${channel.id}/messages?limit=50`);
  for (const { seq, sender_username, content } of items)
    print('bob', '·', `history ${seq} ${sender_username}: ${content}`);

  // A direct conversation is a log of its own, addressed by the other user's id.
  const aliceDm = await Connection.open(alice, `/ws/dm/${bob.id}`, await ticketOf(alice));
  const bobDm = await Connection.open(bob, `/ws/dm/${alice.id}`, await ticketOf(bob));
  await aliceDm.next('dm_user_online');
  await aliceDm.say('dm_message', 'Between us: bring cake.');
  await bobDm.next('dm_message', fromAlice);
  await bobDm.say('dm_message', 'Chocolate.');
  await aliceDm.next('dm_message', fromBob);

  // Bob leaves, and Alice sees him go, from both.
  await bobDm.close();
  await aliceDm.next('dm_user_offline');
  await bobSocket.close();
  await aliceSocket.next('user_left', (event) => event.user_id === bob.id);
  await Promise.all([aliceDm.close(), aliceSocket.close()]);
  print('alice', '·', 'closed her connections too; that was all');
}

function serverAddress(argument = process.env.PARLEY_URL || 'http://127.0.0.1:8000') {
  if (!/^https?:\/\//.test(argument) || !URL.canParse(argument))
    throw new Failure(`${argument} is no address of a server, such as http://127.0.0.1:8000`);
  return argument.replace(/\/+$/, '');
}

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(HELP.trimEnd());
} else {
  try {
    await story(serverAddress(process.argv[2]));
  } catch (error) {
    // A failure is a sentence; anything else is a bug of this program, and shows where.
    console.error(error instanceof Failure ? error.message : error);
    process.exitCode = 1;
  }
  // Connections that are still open after a failure would keep the process.
  if (process.exitCode) process.exit();
}
