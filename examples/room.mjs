#!/usr/bin/env node
// Two people meet in a signaling room and set up a WebRTC call, as a client of the public API, with `fetch` and `ws` alone.
//
//   node examples/room.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Client` is what you would take into a client of yours. The WebRTC part
// is only hinted at: what a browser's RTCPeerConnection gives goes into the messages, and what they bring goes into it.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

const HELP = `Two users register, meet in a room, set up a call, lose a connection and part; both sides of it are printed.

Usage: node examples/room.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes two new users, and leaves them there. The exit code is 0 when all went as it should.
`;

/** How long to wait for an answer or an event before giving up. */
const PATIENCE_MS = 10_000;
/** Stop: connecting again would end in the same way. After any other code a client comes back, with the same client id. */
const REPLACED = 4409;

/** What went wrong, in a sentence for whoever runs this. */
class Failure extends Error {}

/** One client in a room. Its id names the place there: who comes back with it has the same place. */
class Client {
  /** How the connection ended. */
  closeCode;
  #name;
  #socket;
  #received = [];
  #wake = () => {};

  constructor(name, url) {
    this.#name = name;
    this.#socket = new WebSocket(url);
    this.#socket.on('message', (data) => this.#receive(JSON.parse(data)));
    // `close` follows, but with code 1006, which does not say why.
    this.#socket.on('error', () => {});
    this.#socket.on('close', (code) => {
      this.closeCode = code;
      this.#wake();
    });
  }

  /**
   * Enters a room, without a credential in the address: the server asks for one. What comes next is who is there already,
   * and one's own `order`: of two clients the one with the higher order makes the first offer.
   */
  static async enter(user, room, clientId) {
    const client = new Client(user.name, `${user.server.replace(/^http/, 'ws')}/ws/${room}`);
    await client.next('auth_required');
    client.send('auth_token', { token: user.token, clientId });
    await client.next('auth_success');
    const { users, order } = await client.next('users_in_room');
    return Object.assign(client, { users, order });
  }

  send(type, fields = {}) {
    print(this.#name, '→', { type, ...fields });
    this.#socket.send(JSON.stringify({ type, ...fields }));
  }

  /** Sends a signal with a `ref`, and returns what answers it: an `ack`, or an `error`. */
  async ask(type, fields) {
    const ref = randomUUID();
    this.send(type, { ...fields, ref });
    return this.next((event) => event.ref === ref);
  }

  /** Takes the first event of this type, of those that came and were not taken yet, else waits for it. */
  async next(wanted) {
    const fits = typeof wanted === 'string' ? (event) => event.type === wanted : wanted;
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#received.findIndex(fits);
      if (at >= 0) return this.#received.splice(at, 1)[0];
      if (this.closeCode)
        throw new Failure(`${this.#name} was waiting, and the connection ended with ${this.closeCode}.`);
      if (Date.now() >= deadline) throw new Failure(`${this.#name} was waiting for ${wanted}, and it did not come.`);
      await this.#change(deadline - Date.now());
    }
  }

  async closed() {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.closeCode && Date.now() < deadline) await this.#change(deadline - Date.now());
    print(this.#name, '·', `the connection has ended with ${this.closeCode}`);
    return this.closeCode;
  }

  /** Leaves the room: the others are told at once. */
  close() {
    this.#socket.close(1000);
    return this.closed();
  }

  /** As a network that breaks: the others are told when it has not come back within a few seconds. */
  break() {
    this.#socket.terminate();
    return this.closed();
  }

  #receive(event) {
    print(this.#name, '←', event);
    this.#received.push(event);
    this.#wake();
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

/** A line of the transcript: who, in which direction (→ sent, ← received, · done), and what. */
function print(name, direction, event) {
  console.log(`${name.padEnd(5)}  ${direction} ${typeof event === 'string' ? event : describe(event)}`);
}

function describe(event) {
  const target = event.to ? ` to ${event.to}` : '';
  switch (event.type) {
    case 'users_in_room':
      return `users_in_room: ${event.users.map((user) => user.client_id).join(', ') || 'nobody'}; I am number ${event.order}`;
    case 'user_joined':
    case 'user_left':
      return `${event.type}: ${event.client_id}`;
    case 'error':
      return `error ${event.code}: ${event.details?.[0].problems[0] ?? event.message}`;
    case 'auth_token':
    case 'auth_required':
    case 'auth_success':
    case 'ack':
      return event.type;
    default: {
      const body = event.offer ?? event.answer ?? event.candidate ?? event.data ?? null;
      return `${event.type}${event.from ? ` from ${event.from}` : target}: ${JSON.stringify(body)}`;
    }
  }
}

async function register(server, name) {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const account = { username, email: `${username}@example.org`, password: randomUUID() };
  const response = await fetch(`${server}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(account),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error) => {
    const reason = error.cause?.message || error.cause?.code || error.message;
    throw new Failure(`Cannot reach a Parley server at ${server}: ${reason}. Start one with: npm start`);
  });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok || !answer) throw new Failure(`${server} answered ${response.status} to a registration.`);
  print(name, '·', `registered as ${username}`);
  return { name, server, token: answer.access_token };
}

async function story(server) {
  const [alice, bob] = [await register(server, 'alice'), await register(server, 'bob')];
  // A room is there while somebody is in it; whoever knows its name can enter, unless somebody owns it and says otherwise.
  const room = `standup-${randomUUID().slice(0, 8)}`;
  const laptop = await Client.enter(alice, room, 'laptop');
  let phone = await Client.enter(bob, room, 'phone');
  await laptop.next('user_joined');

  // Bob came later, so he offers. Candidates never arrive before their offer; `null` says that there are no more.
  for (const { client_id: to } of phone.users) {
    phone.send('offer', { offer: { type: 'offer', sdp: 'v=0…' }, to });
    phone.send('ice_candidate', { candidate: { candidate: 'candidate:1 1 udp …', sdpMid: '0' }, to });
    phone.send('ice_candidate', { candidate: null, to });
  }
  const { from } = await laptop.next('offer');
  await laptop.next('ice_candidate');
  await laptop.next((event) => event.type === 'ice_candidate' && event.candidate === null);
  laptop.send('answer', { answer: { type: 'answer', sdp: 'v=0…' }, to: from });
  await phone.next('answer');

  // Without `to` a message goes to everyone but its sender.
  laptop.send('data', { data: { text: 'can you hear me?' } });
  await phone.next('data');

  // Bob's network breaks. What is meant for him is kept for a few seconds, and comes first when he is back in his place.
  await phone.break();
  await laptop.ask('ice_candidate', { candidate: { candidate: 'candidate:2 1 udp …', sdpMid: '0' }, to: 'phone' });
  const { order } = phone;
  phone = await Client.enter(bob, room, 'phone');
  if (phone.order !== order) throw new Failure('Bob came back to another place.');
  await phone.next('ice_candidate');

  // The same client id a second time, by the same user: the newer connection has the place. Alice is told of none of it.
  // So a page that is loaded again under the same client id keeps its `order`, which may be lower than that of clients who came
  // meanwhile, although all its peer connections are new: the higher order still makes the offers. To come as the latest,
  // and to offer to everyone, take another client id.
  const older = phone;
  phone = await Client.enter(bob, room, 'phone');
  if ((await older.closed()) !== REPLACED) throw new Failure('The older connection was not replaced.');

  const { code } = await laptop.ask('offer', { offer: {}, to: 'tablet' });
  if (code !== 'target_not_found') throw new Failure('There should be no tablet in the room.');

  await phone.close();
  const left = await laptop.next((event) => event.type === 'user_left' || event.type === 'user_joined');
  if (left.type !== 'user_left') throw new Failure('Alice was told of a join that was none.');
  await laptop.close();
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
