#!/usr/bin/env node
// A live dashboard: one who sets values, and two who see them, as clients of the public API, with `fetch` and a stock
// `socket.io-client`.
//
//   node examples/live.mjs [address]     see --help
//
// Read it from the bottom: `story` is what happens, `Dashboard` is what you would take into a client of yours.
import { randomUUID } from 'node:crypto';
import { io } from 'socket.io-client';

const HELP = `A station sets its readings; a dashboard that is open gets each, one that opens later begins with the last.

Usage: node examples/live.mjs [address]

  address   of a running Parley server; else the environment variable PARLEY_URL, else http://127.0.0.1:8000

Each run makes a new user and a new topic, and takes the topic's value away at the end. The exit code is 0 when all went as it should.
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

  async request(method, path, body, headers = {}) {
    const response = await fetch(`${this.server}/api${path}`, {
      method,
      headers: {
        ...headers,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.token && { authorization: `Bearer ${this.token}` }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error) => {
      const reason = error.cause?.message || error.cause?.code || error.message;
      throw new Failure(`Cannot reach a Parley server at ${this.server}: ${reason}. Start one with: npm start`);
    });
    const answer = await response.json().catch(() => undefined);
    return { status: response.status, answer };
  }

  async expect(method, path, body, headers) {
    const { status, answer } = await this.request(method, path, body, headers);
    if (status < 300) return answer;
    // Errors are problem details (RFC 9457): a program acts on `code`, and shows `detail` to people.
    const problem = answer?.code ? `${answer.code}: ${answer.detail}` : 'that is no answer of a Parley server.';
    throw new Failure(`${method} ${this.server}/api${path} answered ${status}, ${problem}`);
  }
}

/** One client of the live gateway. It keeps the latest value of each topic, and lets the story wait for one. */
class Dashboard {
  /** By topic: { value, version }. */
  latest = new Map();
  #name;
  #socket;
  #wake = () => {};
  #problem;

  constructor(name, api) {
    this.#name = name;
    // A stock client: it reconnects by itself. `auth` as a function is asked each time, so a fresh token is used then.
    this.#socket = io(`${api.server}/live`, { auth: (use) => use({ token: api.token }) });
    // The first connection, and each later one, subscribes anew: what was missed meanwhile is in `current_data`.
    this.#socket.on('connect', () => this.#subscribeAgain());
    this.#socket.on('connect_error', (error) => this.#fail(error.data?.code ?? error.message));
    this.#socket.on('error', (error) => this.#fail(error.code));
    this.#socket.on('current_data', (envelope, position) => this.#take('current_data', envelope.data, position));
    this.#socket.on('data_updated', (value, position) => this.#take('data_updated', value, position));
    this.#socket.on('unsubscribed', ({ topic }) => this.#topics.delete(topic));
  }

  #topics = new Set();

  async subscribe(topic) {
    this.#topics.add(topic);
    if (this.#socket.connected) this.#socket.emit('subscribe_updates', { topic });
    await this.reaches(topic, 0);
  }

  async unsubscribe(topic) {
    this.#topics.delete(topic);
    const { success } = await this.#socket.timeout(PATIENCE_MS).emitWithAck('unsubscribe_updates', { topic });
    if (!success) throw new Failure(`${this.#name} could not unsubscribe.`);
  }

  /** Waits until the topic is at this version, or past it: values that were replaced meanwhile may be skipped. */
  async reaches(topic, version) {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      if (this.#problem) throw new Failure(`${this.#name} was refused: ${this.#problem}`);
      const latest = this.latest.get(topic);
      if (latest && latest.version >= version) return latest.value;
      const left = deadline - Date.now();
      if (left <= 0) throw new Failure(`${this.#name} waited in vain for version ${version} of ${topic}.`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  close() {
    this.#socket.disconnect();
  }

  #subscribeAgain() {
    for (const topic of this.#topics) this.#socket.emit('subscribe_updates', { topic });
  }

  /** Versions only grow, also over a reconnection: what is older than what is shown is not shown. */
  #take(event, value, { topic, version }) {
    if ((this.latest.get(topic)?.version ?? -1) >= version) return;
    this.latest.set(topic, { value, version });
    print(this.#name, '←', `${event} ${JSON.stringify(value)}, version ${version}`);
    this.#wake();
  }

  #fail(code) {
    this.#problem = code;
    this.#wake();
  }
}

function print(name, arrow, text) {
  console.log(`${name.padEnd(10)}${arrow} ${text}`);
}

async function register(server) {
  const api = new Api(server);
  const username = `station-${randomUUID().slice(0, 8)}`;
  const email = `${username}@example.org`;
  api.token = (await api.expect('POST', '/auth/register', { username, email, password: randomUUID() })).access_token;
  return api;
}

async function story(server) {
  const api = await register(server);
  const topic = `weather.${randomUUID().slice(0, 8)}`;
  const set = async (value, headers) => {
    const { version } = await api.expect('PUT', `/live/${topic}`, value, headers);
    print('station', '→', `${JSON.stringify(value)} is version ${version}`);
    return version;
  };
  const first = new Dashboard('dashboard', api);
  const second = new Dashboard('latecomer', api);
  try {
    // One may subscribe before there is anything.
    await first.subscribe(topic);
    await first.reaches(topic, await set({ celsius: 17.5 }));
    const version = await set({ celsius: 18 });
    await first.reaches(topic, version);

    // Who comes later begins with the last value.
    await second.subscribe(topic);
    await second.reaches(topic, version);

    // Of two who change what they have read, the second one is told: the topic is at another version by now.
    await set({ celsius: 18.5 }, { 'if-match': String(version) });
    const late = await api.request('PUT', `/live/${topic}`, { celsius: 3 }, { 'if-match': String(version) });
    print('station', '←', `${late.status}, ${late.answer?.code}: ${late.answer?.detail}`);

    await first.reaches(topic, version + 1);
    await second.reaches(topic, version + 1);
    await second.unsubscribe(topic);
    await api.expect('DELETE', `/live/${topic}`);
    print('station', '→', 'the value is taken away');
    await first.reaches(topic, version + 2);
  } finally {
    first.close();
    second.close();
  }
}

const [argument = process.env.PARLEY_URL || 'http://127.0.0.1:8000'] = process.argv.slice(2);
if (argument === '--help' || argument === '-h') {
  console.log(HELP);
} else if (!/^https?:\/\//.test(argument)) {
  console.error(`${argument} is no address: it begins with http:// or https://. See --help.`);
  process.exitCode = 1;
} else {
  await story(argument.replace(/\/+$/, '')).catch((error) => {
    if (!(error instanceof Failure)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
