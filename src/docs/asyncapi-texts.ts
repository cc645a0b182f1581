import { AUTH_ERROR_CODE_MEANINGS, ERROR_CODE_MEANINGS } from '../realtime/error-code-meanings.js';
import { CLOSE_CODE_MEANINGS, UPGRADE_REFUSALS } from '../realtime/close-code-meanings.js';

/** What holds for every raw gateway, a sentence each. */
export const CONVENTIONS = [
  'A text frame holds one JSON object with a string `type`; names are snake_case, ids are UUIDs, times are ISO 8601 in UTC with milliseconds.',
  'Any message may carry a `ref` of up to 64 characters: what answers it (an `ack`, an `error`, or a typed reply) carries the same. Without a `ref` there is no `ack`.',
  'What one connection sends is handled, and answered, in the order sent, one message at a time. What arrives while authorisation is being decided is held, and handled after it.',
  'Fields that are not listed are ignored, on both sides; clients ignore types that they do not know. An unknown `type` is answered with `unknown_type`, and the connection stays.',
  'The server pings every 25 s (`heartbeat_interval_ms`), which browsers answer by themselves; who stays silent for two intervals is cut.',
  'Typing, presence and signals are volatile: never stored or replayed, and given up first for a slow client. Changes of a log are not: a client resumes with `since` and `epoch` and misses none.',
];

/** The ways to authenticate, in the order of preference, each with plain JavaScript. */
export const WAYS_TO_AUTHENTICATE = [
  {
    id: 'auth-header',
    title: 'Authorization header',
    text: 'For servers and native clients. Browsers cannot set it.',
    code: `import WebSocket from 'ws';

const socket = new WebSocket(url, { headers: { authorization: \`Bearer \${accessToken}\` } });`,
  },
  {
    id: 'auth-subprotocol',
    title: 'Subprotocol',
    text: 'The pair `bearer, <token>`; the server selects `bearer`. Works in browsers.',
    code: `const socket = new WebSocket(url, ['bearer', accessToken]);`,
  },
  {
    id: 'auth-ticket',
    title: 'One-time ticket',
    text: 'Valid for 30 s, once, and kept out of logs. The usual way of a browser. `?token=<access token>` in its place works too, but addresses end up in logs of proxies.',
    code: `const answer = await fetch('/api/auth/ws-ticket', {
  method: 'POST',
  headers: { authorization: \`Bearer \${accessToken}\` },
});
const { ticket } = await answer.json();
const socket = new WebSocket(\`\${url}?ticket=\${encodeURIComponent(ticket)}\`);`,
  },
  {
    id: 'auth-in-band',
    title: 'In band',
    text: 'Without a credential at the upgrade the server asks for one. Until then it handles only `auth_token` and `ping`; without an answer in time it closes with 4408. Where the server takes guests (`GUESTS_ENABLED`), `join` in its place enters as a guest, on the gateways that list it.',
    code: `const socket = new WebSocket(url);
socket.addEventListener('message', ({ data }) => {
  const event = JSON.parse(data);
  if (event.type === 'auth_required') {
    socket.send(JSON.stringify({ type: 'auth_token', token: accessToken }));
  }
  if (event.type === 'auth_success') console.log(\`signed in as \${event.user}\`);
  if (event.type === 'auth_error') console.log(event.code); // and the socket closes with 4401
});`,
  },
] as const;

/** What holds for every Socket.IO gateway, a sentence each. */
export const SOCKET_CONVENTIONS = [
  'A stock `socket.io-client` 4 connects to a namespace with `auth: { token }`, over websocket or polling; `?token=` and the `Authorization` header work too. A refused one gets `connect_error`, with `err.data = { code }`.',
  'An event has one JSON object as its argument, and perhaps an acknowledgement callback; some events of the server have a second argument. Fields that are not listed are ignored.',
  'An acknowledgement is `{ success: true, message: "Success", data }`, or `{ success: false, message, error, code }`, where `error` is `message` again. What one socket sends is handled, and acknowledged, in the order sent.',
  'A participant is its socket’s id, a player its user’s. Who it is comes from its token, never from what it sends.',
  'With several nodes, polling needs a proxy that keeps a client at its node; `transports: ["websocket"]` does not.',
];

/** Plain JavaScript, for browsers and Node. */
export const SOCKET_EXAMPLE = `import { io } from 'socket.io-client';

const socket = io('http://localhost:8000/', { auth: { token: accessToken } });
socket.on('connect_error', (error) => console.log(error.data?.code));
socket.on('session_ended', ({ code }) => console.log(code)); // sign in again
const answer = await socket.timeout(5000).emitWithAck('an event of the namespace', {});
if (!answer.success) console.log(answer.code, answer.message);`;

const numbered = <Meaning extends object>(table: Readonly<Record<number, Meaning>>) =>
  Object.entries(table).map(([code, meaning]) => ({ code: Number(code), ...meaning }));
const named = <Meaning extends object>(table: Readonly<Record<string, Meaning>>) =>
  Object.entries(table).map(([code, meaning]) => ({ code, ...meaning }));

/** The tables of section 1.2, as rows. */
export const CODES = {
  close: numbered(CLOSE_CODE_MEANINGS),
  error: named(ERROR_CODE_MEANINGS),
  authError: named(AUTH_ERROR_CODE_MEANINGS),
  upgrade: Object.entries(UPGRADE_REFUSALS).map(([status, meaning]) => ({ status: Number(status), meaning })),
};

/** The first page of the AsyncAPI document. */
export const ASYNCAPI_DESCRIPTION = [
  'The gateways of Parley, on raw WebSocket and on Socket.IO. A page to read is at [/api/docs/ws](/api/docs/ws), REST at [/api/docs](/api/docs).',
  '### Conventions',
  CONVENTIONS.map((text) => `- ${text}`).join('\n'),
  '### Authentication',
  'A credential is an access token or a one-time ticket. In the order of preference:',
  WAYS_TO_AUTHENTICATE.map(
    ({ title, text, code }, index) => `${index + 1}. **${title}.** ${text}\n\n\`\`\`js\n${code}\n\`\`\``,
  ).join('\n\n'),
  '### Socket.IO',
  SOCKET_CONVENTIONS.map((text) => `- ${text}`).join('\n'),
  `\`\`\`js\n${SOCKET_EXAMPLE}\n\`\`\``,
  '### Close codes',
  table(['code', 'meaning', 'the client should'], CODES.close, ({ code, meaning, client }) => [code, meaning, client]),
  '### Error codes',
  table(['code', 'when', 'the client should'], [...CODES.error, ...CODES.authError], ({ code, meaning, client }) => [
    `\`${code}\``,
    meaning,
    client,
  ]),
].join('\n\n');

function table<Row>(head: string[], rows: readonly Row[], cells: (row: Row) => (string | number)[]): string {
  const lines = [head, head.map(() => '---'), ...rows.map(cells)];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
