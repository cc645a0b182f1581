#!/usr/bin/env node
// Three people meet in a call room: joining, signaling and leaving over Socket.IO, as a client of the public API, with `fetch`
// and the stock `socket.io-client` alone.
//
//   node examples/call.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Caller` and `Api` are what you would take into a client of yours.
// The WebRTC part is only hinted at: what a browser's RTCPeerConnection gives goes into `offer`, `answer` and `candidate`.
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

const HELP = `Three users register and meet in a call room; what each sends and gets is printed.

Usage: node examples/call.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes three new users, and leaves them there. The exit code is 0 when all went as it should.
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

  async post(path, body = {}) {
    const response = await fetch(`${this.server}/api${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error) => {
      const reason = error.cause?.message || error.cause?.code || error.message;
      throw new Failure(`Cannot reach a Parley server at ${this.server}: ${reason}. Start one with: npm start`);
    });
    const answer = await response.json().catch(() => undefined);
    if (response.ok && answer) return answer;
    const problem = answer?.code ? `${answer.code}: ${answer.detail}` : 'that is no answer of a Parley server.';
    throw new Failure(`POST ${this.server}/api${path} answered ${response.status}, ${problem}`);
  }
}

/** One connection to the call gateway, the namespace `/`. Its socket id is what the others know it by. */
class Caller {
  #name;
  #socket;
  #received = [];
  #wake = () => {};

  constructor(name, api) {
    this.#name = name;
    // `auth` is a function: it is asked anew at each reconnect, by when the access token may be another.
    this.#socket = io(api.server, { auth: (give) => give({ token: api.token }), transports: ['websocket'] });
    this.#socket.onAny((event, payload) => this.#receive(event, payload));
    this.#socket.on('session_ended', ({ code }) => this.#receive('the session has ended', { code }));
    // A planned stop: a stock client reconnects by itself; with more than a few of them, wait `retry_after_ms`.
    this.#socket.on('going_away', ({ retry_after_ms: ms }) => this.#socket.io.reconnectionDelay(ms));
  }

  get id() {
    return this.#socket.id;
  }

  /** Resolves once the server has said `connect`. */
  connected() {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Failure(`${this.#name} could not connect in time.`)), PATIENCE_MS);
      this.#socket.once('connect', () => resolve(clearTimeout(timer)));
      // `data.code` says why: `invalid_token` and `expired_token` ask for a fresh token.
      this.#socket.once('connect_error', (error) =>
        reject(new Failure(`${this.#name} was refused, ${error.data?.code ?? 'no code'}: ${error.message}`)),
      );
    });
  }

  /** Sends an event and waits for its acknowledgement: { success, message, data } or { success, message, error, code }. */
  async ask(event, payload) {
    print(this.#name, '→', sentenceOf(event, payload));
    const answer = await this.#socket.timeout(PATIENCE_MS).emitWithAck(event, payload);
    if (!answer.success) throw new Failure(`${this.#name} was refused, ${answer.code}: ${answer.message}`);
    return answer.data;
  }

  /** Joins, and gives what the server says of the room: who is there already, one's own order, the metadata. */
  async join(callRoomId, more = {}) {
    const joined = await this.ask('webrtc:join-room', { callRoomId, ...more });
    await this.next('webrtc:room-joined');
    return joined;
  }

  /** Takes the first such event, of those that came and were not taken yet, else waits for it. */
  async next(event) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#received.findIndex((received) => received.event === event);
      if (at >= 0) return this.#received.splice(at, 1)[0].payload;
      if (Date.now() >= deadline) throw new Failure(`${this.#name} was waiting for ${event}, and it did not come.`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.#wake = () => resolve(clearTimeout(timer));
      });
    }
  }

  close() {
    print(this.#name, '→', 'disconnect');
    this.#socket.disconnect();
  }

  #receive(event, payload) {
    print(this.#name, '←', sentenceOf(event, payload));
    this.#received.push({ event, payload });
    this.#wake();
  }
}

/** A line of the transcript: who, in which direction (→ sent, ← received), and what. */
function print(name, direction, text) {
  console.log(`${name.padEnd(5)}  ${direction} ${text}`);
}

function sentenceOf(event, payload = {}) {
  const who = payload.participant?.username.replace(/-.*$/, '');
  switch (event) {
    case 'webrtc:room-joined':
      return `${event}: ${payload.participantCount} there, a ${payload.metadata.callType} call`;
    case 'webrtc:participant-joined':
    case 'webrtc:participant-left':
      return `${event}: ${who}, ${payload.participantCount} there`;
    case 'webrtc:signaling-error':
      return `${event}: ${payload.code}`;
    case 'webrtc:ice-candidate':
      return `${event}${payload.candidate === null ? ': no more' : ''}`;
    default:
      return event;
  }
}

async function register(server, name) {
  const api = new Api(server);
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const account = { username, email: `${username}@example.org`, password: randomUUID() };
  const { access_token } = await api.post('/auth/register', account);
  api.token = access_token;
  const caller = new Caller(name, api);
  await caller.connected();
  return caller;
}

function expect(truth, otherwise) {
  if (!truth) throw new Failure(otherwise);
}

async function story(server) {
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => register(server, name)));
  const callRoomId = `example-${randomUUID()}`;

  // Whoever comes first makes the room; what it is described by stays as long as the room does.
  await alice.join(callRoomId, { callType: 'video', metadata: { topic: 'An example' } });
  const { existingParticipants, order, metadata } = await bob.join(callRoomId);
  expect(metadata.topic === 'An example', 'The room is described by something else.');
  const [first] = existingParticipants;
  await alice.next('webrtc:participant-joined');

  // In a pair the later comer, whose `order` is higher, makes the offer, and is the polite one of perfect negotiation.
  expect(order > first.order, 'The later comer has the lower order.');
  const offer = { type: 'offer', sdp: 'v=0 …' };
  await bob.ask('webrtc:offer', { callRoomId, targetSocketId: first.socketId, offer });
  await bob.ask('webrtc:ice-candidate', {
    callRoomId,
    targetSocketId: first.socketId,
    candidate: { candidate: 'candidate:1 …', sdpMid: '0', sdpMLineIndex: 0 },
  });

  // Who sent it is what the server says, never what a payload says. The answer goes back there.
  const offered = await alice.next('webrtc:offer');
  expect(offered.fromSocketId === bob.id && offered.offer.sdp === offer.sdp, 'The offer is another one.');
  await alice.next('webrtc:ice-candidate');
  const answer = { type: 'answer', sdp: 'v=0 …' };
  await alice.ask('webrtc:answer', { callRoomId, targetSocketId: offered.fromSocketId, answer });
  await bob.next('webrtc:answer');

  // A third one joins, and both others are told. A candidate without a target goes to all; null ends them.
  await carol.join(callRoomId);
  await Promise.all([alice, bob].map((caller) => caller.next('webrtc:participant-joined')));
  await carol.ask('webrtc:ice-candidate', { callRoomId, candidate: null });
  await Promise.all([alice, bob].map((caller) => caller.next('webrtc:ice-candidate')));

  // One leaves, one just goes; the others are told in either case, once.
  await carol.ask('webrtc:leave-room', { callRoomId });
  await Promise.all([alice, bob].map((caller) => caller.next('webrtc:participant-left')));
  bob.close();
  const left = await alice.next('webrtc:participant-left');
  expect(left.participantCount === 1, 'Somebody else is still there.');
  alice.close();
  carol.close();
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
