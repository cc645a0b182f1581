#!/usr/bin/env node
// Two players find each other and play: the lobby's whole story, with `fetch` and a stock `socket.io-client`.
//
//   node examples/lobby.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Lobby` is what you would take into a client of yours.
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

const HELP = `Two users register, are matched, play, lose a connection and come back to the running game; all of it is printed.

Usage: node examples/lobby.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes two new users, and leaves them there. The exit code is 0 when all went as it should.
`;

/** How long to wait for an answer or an event before giving up. */
const PATIENCE_MS = 10_000;

/** What went wrong, in a sentence for whoever runs this. */
class Failure extends Error {}

/** A new user's access token. It is good for 15 minutes; then `POST /auth/refresh` gives the next one. */
async function register(server, name) {
  const username = `${name}-${randomUUID().slice(0, 8)}`;
  const body = { username, email: `${username}@example.org`, password: randomUUID() };
  const response = await fetch(`${server}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }).catch((error) => {
    const reason = error.cause?.message || error.cause?.code || error.message;
    throw new Failure(`Cannot reach a Parley server at ${server}: ${reason}. Start one with: npm start`);
  });
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer?.access_token) return answer.access_token;
  // Errors are problem details (RFC 9457): a program acts on `code`, and shows `detail` to people.
  const problem = answer?.code ? `${answer.code}: ${answer.detail}` : 'that is no answer of a Parley server.';
  throw new Failure(`POST ${server}/api/auth/register answered ${response.status}, ${problem}`);
}

/** One connection to a lobby. It prints what it sends and gets, and lets the story wait for events by their name. */
class Lobby {
  playerId;
  #name;
  #socket;
  #received = [];
  #wake = () => {};

  constructor(name, server, token) {
    this.#name = name;
    // A game's own lobby is another namespace, such as /my-game.
    this.#socket = io(`${server}/lobby`, { auth: { token }, transports: ['websocket'], forceNew: true });
    this.#socket.onAny((event, data) => {
      this.#print('←', event, data);
      this.#received.push({ event, data });
      this.#wake();
    });
  }

  async enter() {
    // A refusal has a code: `expired_token` asks for a refreshed one, `invalid_token` for a new login.
    this.#socket.once('connect_error', ({ message, data }) => {
      this.#received.push({ event: 'connect_error', data: { message, ...data } });
      this.#wake();
    });
    const { data } = await this.next('connected');
    this.playerId = data.player_id;
  }

  /** Sends an event, and takes its acknowledgement: `data` of a success, else a failure with its code. */
  async request(event, payload = {}) {
    this.#print('→', event, payload);
    const answer = await this.#socket.timeout(PATIENCE_MS).emitWithAck(event, payload);
    if (!answer.success) throw new Failure(`${this.#name}: ${event} was refused, ${answer.code}: ${answer.message}`);
    return answer.data;
  }

  /** The first such event that has come and was not taken yet. */
  async next(event) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const refusal = this.#received.find((received) => received.event === 'connect_error');
      if (refusal)
        throw new Failure(`${this.#name} may not connect, ${refusal.data.code ?? ''}: ${refusal.data.message}`);
      const at = this.#received.findIndex((received) => received.event === event);
      if (at >= 0) return this.#received.splice(at, 1)[0].data;
      const left = deadline - Date.now();
      if (left <= 0) throw new Failure(`${this.#name} has waited for ${event} in vain.`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** As when a phone loses its network. */
  breakOff() {
    this.#socket.io.engine.close();
    this.#socket.disconnect();
  }

  leave() {
    this.#socket.disconnect();
  }

  #print(direction, event, data) {
    console.log(`${this.#name.padEnd(6)} ${direction} ${event}${detail(event, data)}`);
  }
}

/** What is worth printing of an event. */
function detail(event, data) {
  if (event === 'game_move') return ` ${data.n === undefined ? '' : `${data.n}: `}${JSON.stringify(data.move)}`;
  if (event === 'send_message' || event === 'new_message') return `: ${data.text}`;
  if (event === 'match_found') return `, ${Object.keys(data.data.players).length} of ${data.data.max_players}`;
  if (event === 'game_start') return `, ${data.status}`;
  if (event === 'game_finished') return `, ${data.result.winner === undefined ? 'a draw' : 'won'}`;
  if (event === 'chat_joined') return `, ${data.data.recent_messages.length} before`;
  return '';
}

async function story(server) {
  const tokens = { alice: await register(server, 'alice'), bob: await register(server, 'bob') };
  const alice = new Lobby('alice', server, tokens.alice);
  let bob = new Lobby('bob', server, tokens.bob);
  try {
    await Promise.all([alice.enter(), bob.enter()]);

    // Those with equal criteria meet; the room begins when it is full.
    const wish = { max_players: 2, criteria: { game: 'tic-tac-toe', run: randomUUID() } };
    const { room_id } = await alice.request('find_match', wish);
    await bob.request('find_match', wish);
    await Promise.all([alice.next('game_start'), bob.next('game_start')]);

    // To play peer to peer, the players exchange offers, answers and candidates: see `webrtc_offer`. Here the server relays.
    await alice.request('game_move', { room_id, move: { cell: 5 } });
    await bob.next('game_move');

    // Who loses the connection has 30 s to come back. A new connection of the same user takes the seat again by itself;
    // `join_room` gives the room as it is now.
    bob.breakOff();
    await alice.next('player_disconnected');
    bob = new Lobby('bob', server, tokens.bob);
    await bob.enter();
    await alice.next('player_reconnected');
    await bob.request('join_room', { room_id });
    await bob.request('game_move', { room_id, move: { cell: 1 } });
    const { n } = await alice.next('game_move');
    if (n !== 2) throw new Failure(`The second move has the number ${n}.`);

    await Promise.all([alice.request('join_chat', { room_id }), bob.request('join_chat', { room_id })]);
    await bob.request('send_message', { room_id, text: 'Good game!' });
    await alice.next('new_message');

    await alice.request('finish_game', { room_id, result: { winner: alice.playerId } });
    await Promise.all([alice.next('game_finished'), bob.next('game_finished')]);
    await alice.request('leave_room', { room_id });
    await bob.next('player_left');
  } finally {
    alice.leave();
    bob.leave();
  }
}

async function main() {
  const [argument] = process.argv.slice(2);
  if (argument === '--help') {
    console.log(HELP);
    return;
  }
  const address = argument ?? process.env.PARLEY_URL ?? 'http://127.0.0.1:8000';
  if (!/^https?:\/\//.test(address) || !URL.canParse(address))
    throw new Failure(`${address} is no address, such as http://127.0.0.1:8000`);
  await story(address.replace(/\/+$/, ''));
}

main().catch((error) => {
  // Anything but a Failure is a defect of this program.
  console.error(error instanceof Failure ? error.message : error);
  process.exitCode = 1;
});
