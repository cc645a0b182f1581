// A chat server on bare `ws`, as small as it can be: no authentication, nothing stored. Told to by its argument it is
// `framed-once` (a message is framed once and written to each socket at once) or `limit` (one buffer per room and
// event-loop turn, and offers spliced and not parsed: what nothing on Node beats).
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { listen } from './listen.js';
import { connectedFields, messageFields, offerFields, speakerOf, typingFields } from './payload.js';
import type { OfferCommand, SendCommand, Speaker } from './payload.js';

const HEARTBEAT_MS = Number(process.env['WS_HEARTBEAT_INTERVAL_MS'] ?? 25_000);
const atLimit = process.argv[2] === 'limit';

type Command =
  | ({ type: 'message' } & SendCommand)
  | { type: 'typing'; is_typing: boolean }
  | ({ type: 'webrtc_offer' } & OfferCommand);

class Room {
  readonly sockets = new Set<Socket>();
  private waiting: Buffer[] = [];

  /** Every socket gets the frame: in a write of its own, or with all others of this turn. */
  write(frame: Buffer): void {
    if (!atLimit) {
      for (const socket of this.sockets) socket.write(frame);
      return;
    }
    if (this.waiting.length === 0)
      setImmediate(() => {
        this.flush();
      });
    this.waiting.push(frame);
  }

  private flush(): void {
    const all = Buffer.concat(this.waiting);
    this.waiting = [];
    for (const socket of this.sockets) socket.write(all);
  }
}

const rooms = new Map<string, Room>();
const sockets = new Map<string, Socket>();
const alive = new WeakSet<WebSocket>();
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on('connection', (client, request) => {
  const speaker = speakerOf(request.url);
  const room = rooms.get(speaker.room) ?? new Room();
  rooms.set(speaker.room, room);
  const { socket } = request;
  // A frame to everyone for each join and leave: what most servers do.
  room.write(frameOf({ type: 'user_joined', user_id: speaker.userId, username: speaker.username }));
  room.sockets.add(socket);
  sockets.set(speaker.userId, socket);
  alive.add(client);
  client.on('pong', () => alive.add(client));
  client.on('close', () => {
    room.sockets.delete(socket);
    if (sockets.get(speaker.userId) === socket) sockets.delete(speaker.userId);
    room.write(frameOf({ type: 'user_left', user_id: speaker.userId, username: speaker.username }));
  });
  client.on('error', () => {
    client.terminate();
  });
  client.on('message', (data: Buffer) => {
    if (!atLimit || !relaySpliced(speaker, data)) handle(speaker, room, JSON.parse(data.toString()) as Command);
  });
  client.send(JSON.stringify({ type: 'connected', ...connectedFields(speaker) }));
});

// The recipe of the documentation of `ws`.
setInterval(() => {
  for (const client of server.clients) {
    if (!alive.delete(client)) client.terminate();
    else client.ping();
  }
}, HEARTBEAT_MS);

function handle(speaker: Speaker, room: Room, command: Command): void {
  if (command.type === 'message') {
    room.write(frameOf({ type: 'message', ...messageFields(speaker, command) }));
  } else if (command.type === 'typing') {
    room.write(frameOf({ type: 'typing', ...typingFields(speaker, command.is_typing) }));
  } else {
    const { target_user_id, data } = command;
    sockets.get(target_user_id)?.write(frameOf({ type: 'webrtc_offer', ...offerFields(speaker), data }));
  }
}

const OFFER = Buffer.from('{"type":"webrtc_offer"');
const DATA = Buffer.from(',"data":');

/** Parses what stands before `data`, and passes `data` on as it came. */
function relaySpliced(speaker: Speaker, message: Buffer): boolean {
  if (OFFER.compare(message, 0, OFFER.length) !== 0) return false;
  const at = message.indexOf(DATA);
  const { target_user_id } = JSON.parse(`${message.toString('utf8', 0, at)}}`) as OfferCommand;
  const head = Buffer.from(JSON.stringify({ type: 'webrtc_offer', ...offerFields(speaker) }).slice(0, -1));
  sockets.get(target_user_id)?.write(frame(Buffer.concat([head, message.subarray(at)])));
  return true;
}

function frameOf(event: object): Buffer {
  return frame(Buffer.from(JSON.stringify(event)));
}

/** An unmasked text frame of up to 64 KiB, which is all that this server sends. */
function frame(payload: Buffer): Buffer {
  const { length } = payload;
  const head = length < 126 ? Buffer.from([0x81, length]) : Buffer.from([0x81, 126, length >> 8, length & 255]);
  return Buffer.concat([head, payload]);
}

listen(http);
