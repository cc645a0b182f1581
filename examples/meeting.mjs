#!/usr/bin/env node
// Three people hold a meeting: the whole story, as a client of the public API, with `fetch` and `ws` alone.
//
//   node examples/meeting.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Meeting` is what you would take into a client of yours. In a browser the
// descriptions and candidates come from an `RTCPeerConnection`; here they are texts, since the server never looks into them.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

const HELP = `Three users register and hold a meeting; what each of them sends and is told is printed.

Usage: node examples/meeting.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes three new users, and leaves them there. The exit code is 0 when all went as it should.
`;

/** How long to wait for an answer or an event before giving up. */
const PATIENCE_MS = 10_000;

/** What went wrong, in a sentence for whoever runs this. */
class Failure extends Error {}

/** REST, on behalf of one user once there is a token. */
class Api {
  token;

  constructor(server) {
    this.server = server;
  }

  async request(method, path, body) {
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
    if (response.ok) return answer;
    const problem = answer?.code ? `${answer.code}: ${answer.detail}` : 'that is no answer of a Parley server.';
    throw new Failure(`${method} ${this.server}/api${path} answered ${response.status}, ${problem}`);
  }
}

/** One person's connection to a meeting. It keeps who is there, as a client shows it, from what it is told. */
class Meeting {
  /** Who is there beside oneself, by their peer id. */
  peers = new Map();
  hostId;
  self;
  #name;
  #socket;
  #received = [];
  #wake = () => {};
  #end;

  constructor(name, url) {
    this.#name = name;
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => this.#receive(JSON.parse(data)));
    this.#socket.on('error', (error) => (this.#end ??= error.message));
    this.#socket.on('close', (code) => {
      this.#end ??= `closed with ${code}`;
      this.#wake();
    });
  }

  /** Authenticates in band, and joins. The client id names this device: with the same one it takes its place over again. */
  static async join(user, roomId, options) {
    const meeting = new Meeting(user.name, `${user.api.server.replace(/^http/, 'ws')}/ws/meet/${roomId}`);
    await meeting.next('auth_required');
    meeting.send('auth_token', { token: user.api.token, clientId: options.client_id });
    await meeting.next('auth_success');
    await meeting.ask('join', options, 'peers');
    return meeting;
  }

  send(type, fields = {}) {
    print(this.#name, '→', { type, ...fields });
    this.#socket.send(JSON.stringify({ type, ...fields }));
  }

  /** Sends a command with a `ref`, and returns the answer that carries the same one: an `ack`, or a typed reply. */
  ask(type, fields, answer = 'ack') {
    const ref = randomUUID();
    this.send(type, { ...fields, ref });
    return this.next(answer, (event) => event.ref === ref);
  }

  /** As `ask`, for what the server is to refuse with this code. */
  async refused(type, fields, code) {
    const { code: actual } = await this.ask(type, fields, 'error');
    if (actual !== code) throw new Failure(`${type} was refused with ${actual} in place of ${code}.`);
  }

  /** Takes the first event of this type that fits, of those that came and were not taken yet, else waits for it. */
  async next(type, fits = () => true) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#received.findIndex((event) => event.type === type && fits(event));
      if (at >= 0) return this.#received.splice(at, 1)[0];
      const problem = this.#received.find((event) => event.type === 'error' || event.type === 'auth_error');
      if (problem) throw new Failure(`${this.#name} was refused, ${problem.code}: ${problem.message}`);
      // 4403: not admitted, removed, or full; 4409: taken over by another connection with the same client id. Both: stop.
      if (this.#end)
        throw new Failure(`${this.#name} was waiting for ${type}, and the connection ended: ${this.#end}.`);
      if (Date.now() >= deadline) throw new Failure(`${this.#name} was waiting for ${type}, and it did not come.`);
      await this.#change(deadline - Date.now());
    }
  }

  /** How the connection ended, once it has. */
  async ended() {
    while (!this.#end) await this.#change(PATIENCE_MS);
    return this.#end;
  }

  /** A clean close: the others are told at once. One that breaks has a few seconds to come back, and keeps its place. */
  async close() {
    print(this.#name, '→', 'close');
    this.#socket.close(1000);
    await this.ended();
  }

  #receive(event) {
    print(this.#name, '←', event);
    this.#follow(event);
    this.#received.push(event);
    this.#wake();
  }

  /** Who joins late is told all of this in `peers`; whoever is there hears of each change. */
  #follow(event) {
    switch (event.type) {
      case 'peers':
        this.self = event.self;
        this.hostId = event.host_id;
        this.peers = new Map(event.peers.map((peer) => [peer.id, peer]));
        break;
      case 'peer-joined':
        this.peers.set(event.peer.id, event.peer);
        break;
      case 'peer-left':
        this.peers.delete(event.id);
        break;
      case 'host-changed':
        this.hostId = event.host_id;
        break;
      case 'raise-hand':
        this.peers.get(event.from).hand_raised = true;
        break;
      case 'lower-hand':
        // The host may lower another's: then `peer_id` says whose, maybe one's own.
        (this.peers.get(event.peer_id ?? event.from) ?? this.self).hand_raised = false;
        break;
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
  switch (event.type) {
    case 'auth_success':
      return `auth_success as ${event.user}`;
    case 'peers':
      return `peers: ${event.peers.map(({ id }) => id).join(', ') || 'nobody'}; the host is ${event.host_id}`;
    case 'peer-joined':
      return `peer-joined ${event.peer.display_name}, order ${event.peer.order}`;
    case 'chat':
      return `chat${event.from ? ` ${event.from}` : ''}: ${event.content}`;
    case 'chat-history':
      return `chat-history: ${event.messages.map(({ from, content }) => `${from}: ${content}`).join(' | ')}`;
    case 'error':
    case 'auth_error':
      return `${event.type} ${event.code}: ${event.message}`;
    default: {
      // Clients ignore types that they do not know: a newer server may send some.
      const words = [event.type, event.id ?? event.from, event.to && `to ${event.to}`, event.peer_id ?? event.host_id];
      return words.filter(Boolean).join(' ');
    }
  }
}

async function register(server, name) {
  const api = new Api(server);
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const account = { username, email: `${username}@example.org`, password: randomUUID() };
  const { user, access_token } = await api.request('POST', '/auth/register', account);
  api.token = access_token;
  print(name, '·', `registered as ${username}`);
  return { name, api, id: user.id };
}

/**
 * WebRTC between two peers: the one with the higher `order`, who came later, makes the first offer, and is the polite one of
 * perfect negotiation. So both never offer at once, and a glare is settled.
 */
async function connect(later, earlier) {
  const [from, to] = [later.self.id, earlier.self.id];
  if (later.self.order <= earlier.self.order) throw new Failure('The later comer has the lower order.');
  later.send('offer', { to, sdp: { type: 'offer', sdp: 'v=0 …' } });
  later.send('candidate', { to, candidate: { candidate: 'candidate:1 1 udp …', sdpMid: '0' } });
  // In a browser: setRemoteDescription(event.sdp), createAnswer(), setLocalDescription().
  await earlier.next('offer', (event) => event.from === from);
  earlier.send('answer', { to: from, sdp: { type: 'answer', sdp: 'v=0 …' } });
  await earlier.next('candidate', (event) => event.from === from);
  await later.next('answer', (event) => event.from === to);
  later.send('candidate', { to, candidate: null });
  await earlier.next('candidate', (event) => event.candidate === null);
}

async function story(server) {
  const [alice, bob, carol] = [
    await register(server, 'alice'),
    await register(server, 'bob'),
    await register(server, 'carol'),
  ];

  // A meeting needs no making: it is there while somebody is in it. Whoever has been there longest is the host.
  const roomId = `weekly-${randomUUID().slice(0, 8)}`;
  const a = await Meeting.join(alice, roomId, { client_id: 'alice-laptop', media: { audio: true, video: true } });
  const b = await Meeting.join(bob, roomId, { client_id: 'bob-phone', display_name: 'Bob (on the train)' });
  await a.next('peer-joined');
  await connect(b, a);

  // What one shows of oneself: the others hear of it, and late joiners find it in `peers`.
  await b.ask('raise-hand');
  await a.next('raise-hand');
  await a.ask('chat', { content: 'Bob, go ahead.' });
  await b.next('chat');
  await a.ask('lower-hand', { peer_id: 'bob-phone' });
  await b.next('lower-hand');
  await a.ask('screen-share-started', { stream_id: 'slides' });
  await b.next('screen-share-started');

  // Carol is late: she finds the peers as they are, and what was said.
  const c = await Meeting.join(carol, roomId, { client_id: 'carol-tablet' });
  await c.next('chat-history');
  if (!c.peers.get('alice-laptop').screen_sharing || c.peers.get('bob-phone').hand_raised)
    throw new Failure('Carol was told another state than that of the meeting.');
  await b.next('peer-joined');
  await connect(c, a);
  await connect(c, b);

  // What only the host may do.
  await a.ask('chat-disabled');
  await b.next('chat-disabled');
  await b.refused('chat', { content: 'But I wanted to say …' }, 'forbidden');
  await a.ask('mute-peer', { peer_id: 'carol-tablet' });
  await c.next('mute-requested');
  await c.ask('media-state', { audio: false, video: true });
  await b.next('media-state');

  // Alice leaves: Bob has been there longest now, so he is the host.
  await a.close();
  await b.next('peer-left', (event) => event.id === 'alice-laptop');
  await b.next('host-changed', (event) => event.host_id === 'bob-phone');
  await b.ask('lock-room');

  // Rules that outlive the host, and the meeting, are set over REST. Who comes first may, and owns the meeting from then on.
  await bob.api.request('PUT', `/meetings/${roomId}/rule`, { access: 'invitation' });
  print('bob', '·', 'owns the meeting, and lets in by invitation');
  // Nobody has invited Carol, so she is sent out.
  const end = await c.ended();
  if (end !== 'closed with 4403') throw new Failure(`Carol was to be sent out with 4403, and it ${end}.`);
  print('carol', '·', `the connection was ${end}`);
  await b.next('peer-left', (event) => event.id === 'carol-tablet');
  const { participants, locked } = await bob.api.request('GET', `/meetings/${roomId}`);
  print('bob', '·', `is there with ${participants.length - 1} others; locked by its owner: ${locked}`);
  await b.close();
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
