#!/usr/bin/env node
// Two people call each other: ringing, answering and hanging up, as a client of the public API, with `fetch` and `ws` alone.
//
//   node examples/dm-call.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Device` and `Api` are what you would take into a client of yours.
// The WebRTC part is only hinted at: what a browser's RTCPeerConnection gives goes into `data`, and comes out of it.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

const HELP = `Two users register; one calls the other, who has two devices; both sides of it are printed.

Usage: node examples/dm-call.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes two new users, and leaves them there. The exit code is 0 when all went as it should.
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
    const problem = answer?.code ? `${answer.code}: ${answer.detail}` : 'that is no answer of a Parley server.';
    throw new Failure(`${method} ${this.server}/api${path} answered ${response.status}, ${problem}`);
  }
}

/**
 * One device of a user in one conversation. A client keeps the state of the call by these events alone, whatever its own
 * commands were answered: they come to all devices of both sides.
 */
class Device {
  /** The call that rings here or goes on: { id, state: 'incoming' | 'outgoing' | 'going on', here }. */
  call;
  /** What the server calls this connection: see `call_accepted`. */
  id;
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

  /** With a one-time ticket: it is valid for 30 seconds, once, so that it may stand in an address. */
  static async open(name, user, other) {
    const { ticket } = await user.api.post('/auth/ws-ticket');
    const device = new Device(name, `${user.api.server.replace(/^http/, 'ws')}/ws/dm/${other.id}?ticket=${ticket}`);
    await device.next('connected');
    return device;
  }

  send(type, fields = {}) {
    print(this.#name, '→', { type, ...fields });
    this.#socket.send(JSON.stringify({ type, ...fields }));
  }

  /** Sends a command with a `ref`, and returns its answer: an `ack`, or `call_busy`. A refusal is a failure of this story. */
  async ask(type, fields = {}) {
    const ref = randomUUID();
    this.send(type, { ...fields, ref });
    return this.#take((event) => event.ref === ref && event.type !== 'error', `an answer to ${type}`);
  }

  /** Takes the first event of this type, of those that came and were not taken yet, else waits for it. */
  next(type) {
    return this.#take((event) => event.type === type, type);
  }

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

  #follow(event) {
    switch (event.type) {
      case 'connected':
        this.id = event.connection_id;
        return;
      case 'incoming_call':
      case 'outgoing_call':
        // Also right after `connected`, on a device that comes while it rings. `expires_at` says until when.
        this.call = { id: event.call_id, state: event.type.replace('_call', '') };
        return;
      case 'call_accepted':
        // Every device hears it: the others stop ringing. `connection_id` is the callee's device that is in the call.
        this.call = { id: event.call_id, state: 'going on', here: event.connection_id === this.id };
        return;
      case 'call_declined':
      case 'call_cancelled':
      case 'call_missed':
      case 'call_ended':
        if (this.call?.id === event.call_id) this.call = undefined;
    }
  }

  async #take(fits, wanted) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#received.findIndex(fits);
      if (at >= 0) return this.#received.splice(at, 1)[0];
      const problem = this.#received.find(({ type }) => type === 'error');
      if (problem) throw new Failure(`${this.#name} was refused, ${problem.code}: ${problem.message}`);
      if (this.#end)
        throw new Failure(`${this.#name} was waiting for ${wanted}, and the connection ended: ${this.#end}.`);
      if (Date.now() >= deadline) throw new Failure(`${this.#name} was waiting for ${wanted}, and it did not come.`);
      await this.#change(deadline - Date.now());
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
  console.log(`${name.padEnd(12)}  ${direction} ${typeof event === 'string' ? event : describe(event)}`);
}

function describe(event) {
  switch (event.type) {
    case 'incoming_call':
    case 'outgoing_call':
      return `${event.type} from ${event.from_username}, ${JSON.stringify(event.media)}`;
    case 'call_ended':
      return `call_ended after ${event.duration_s} s`;
    case 'dm_message':
      // An entry of the log that is a call has no text: each client says it in its user's language.
      return event.kind === 'call' ? `log entry ${event.seq}: ${sentenceOf(event)}` : `dm_message ${event.content}`;
    case 'ack':
      return event.seq === undefined ? 'ack' : `ack: entry ${event.seq} of the log`;
    case 'error':
      return `error ${event.code}: ${event.message}`;
    default:
      return event.type;
  }
}

function sentenceOf({ sender_username, call }) {
  if (call.outcome === 'ended') return `${sender_username} called, and they talked for ${call.duration_s} s`;
  return `${sender_username} called: ${call.outcome}`;
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

function expect(condition, sentence) {
  if (!condition) throw new Failure(sentence);
}

async function story(server) {
  const alice = await register(server, 'alice');
  const bob = await register(server, 'bob');
  const hers = await Device.open('alice', alice, bob);
  const laptop = await Device.open('bob, laptop', bob, alice);

  // Alice calls: it rings on all of Bob's devices, also on one that comes while it rings.
  const { call_id } = await hers.ask('call_invite', { media: { audio: true, video: true } });
  await laptop.next('incoming_call');
  const phone = await Device.open('bob, phone', bob, alice);
  await phone.next('incoming_call');

  // He answers on the phone, and the laptop stops ringing.
  await phone.ask('call_accept', { call_id });
  await laptop.next('call_accepted');
  expect(!laptop.call.here && phone.call.here, 'The call was accepted on the wrong device.');
  const accepted = await hers.next('call_accepted');

  // Offer, answer and candidates go to the device that is in the call; `data` is whatever the browser made.
  hers.send('webrtc_offer', { target_connection_id: accepted.connection_id, data: { sdp: 'v=0 (an offer)' } });
  const offer = await phone.next('webrtc_offer');
  phone.send('webrtc_answer', { target_connection_id: offer.from_connection_id, data: { sdp: 'v=0 (an answer)' } });
  await hers.next('webrtc_answer');
  phone.send('webrtc_ice_candidate', { target_connection_id: offer.from_connection_id, data: null });
  await hers.next('webrtc_ice_candidate');

  // While they talk, neither can be called, nor call.
  const busy = await laptop.ask('call_invite', { media: { audio: true } });
  expect(busy.type === 'call_busy', 'Bob was in a call, and could call.');

  // Either side hangs up. The call is an entry of the log then; the `ack` comes after it, and names it.
  await hers.ask('call_end', { call_id });
  await phone.next('call_ended');
  await phone.next('dm_message');

  // Bob calls back, and gives up; Alice calls, and he declines.
  const { call_id: second } = await laptop.ask('call_invite', { media: { audio: true } });
  await hers.next('incoming_call');
  await laptop.ask('call_cancel', { call_id: second });
  await hers.next('call_cancelled');
  const { call_id: third } = await hers.ask('call_invite', { media: { audio: true } });
  await phone.next('incoming_call');
  await phone.ask('call_decline', { call_id: third });
  await hers.next('call_declined');

  // The log has all three.
  const { items } = await bob.api.get(`/dms/${alice.id}/messages`);
  for (const item of items) print('bob', '·', `history ${item.seq}: ${sentenceOf(item)}`);
  const outcomes = items.map(({ call }) => call.outcome).join(', ');
  expect(outcomes === 'ended, cancelled, declined', `The log has: ${outcomes}.`);
  await Promise.all([hers.close(), laptop.close(), phone.close()]);
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
