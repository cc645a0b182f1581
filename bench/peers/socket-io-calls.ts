// A call server on Socket.IO that checks what Parley's call gateway checks: the token when a client connects, the shape
// and the size of each signal, that its sender is in the room named, and that its target is.
import { createServer } from 'node:http';
import { JwtService } from '@nestjs/jwt';
import { Server } from 'socket.io';
import type { Socket } from 'socket.io';
import { listen } from './listen.js';

const HEARTBEAT_MS = Number(process.env['WS_HEARTBEAT_INTERVAL_MS'] ?? 25_000);
const ROOM_ID = /^[\w.:-]{1,128}$/;
const SIGNAL_MAX = 32 * 1024;

interface Signal {
  callRoomId: string;
  targetSocketId: string;
  offer: object;
  sdpMid?: string;
  sdpMLineIndex?: number;
}

interface Participant {
  socket: Socket;
  socketId: string;
  userId: string;
  username: string;
  order: number;
}

const http = createServer();
const io = new Server(http, { transports: ['websocket'], pingInterval: HEARTBEAT_MS, pingTimeout: 2 * HEARTBEAT_MS });
const jwt = new JwtService({ secret: process.env['JWT_SECRET'] ?? '' });
const rooms = new Map<string, Map<string, Participant>>();
let order = 0;

io.use((socket, next) => {
  jwt
    .verifyAsync<{ sub: string; username: string }>(String(socket.handshake.auth['token']))
    .then(({ sub, username }) => {
      socket.data = { userId: sub, username };
      next();
    })
    .catch(() => {
      next(new Error('invalid_token'));
    });
});

io.on('connection', (socket) => {
  const { userId, username } = socket.data as { userId: string; username: string };
  let joined: string | undefined;

  const fail = (code: string) => {
    socket.emit('webrtc:signaling-error', { error: code, code, timestamp: new Date().toISOString() });
  };

  socket.on('webrtc:join-room', ({ callRoomId }: { callRoomId: string }) => {
    const room = rooms.get(callRoomId) ?? new Map<string, Participant>();
    rooms.set(callRoomId, room);
    const participant = { socketId: socket.id, userId, username, order: ++order };
    const existingParticipants = [...room.values()].map(({ socket: _, ...fields }) => fields);
    for (const other of room.values())
      other.socket.emit('webrtc:participant-joined', { callRoomId, participant, participantCount: room.size + 1 });
    room.set(socket.id, { ...participant, socket });
    joined = callRoomId;
    socket.emit('webrtc:room-joined', { callRoomId, participantCount: room.size, existingParticipants, order });
  });

  socket.on('webrtc:offer', (signal: unknown) => {
    if (!isSignal(signal)) {
      fail('invalid_message');
      return;
    }
    const { callRoomId, targetSocketId, offer, sdpMid, sdpMLineIndex } = signal;
    const room = rooms.get(callRoomId);
    const target = room?.get(targetSocketId);
    if (!room) fail('room_not_found');
    else if (!room.has(socket.id)) fail('not_in_room');
    else if (!target) fail('participant_not_found');
    else {
      const from = { callRoomId, fromSocketId: socket.id, fromUserId: userId };
      target.socket.emit('webrtc:offer', { ...from, offer, sdpMid, sdpMLineIndex });
    }
  });

  socket.on('disconnect', () => {
    if (joined === undefined) return;
    const room = rooms.get(joined);
    room?.delete(socket.id);
    if (room?.size === 0) rooms.delete(joined);
  });
});

function isSignal(signal: unknown): signal is Signal {
  if (typeof signal !== 'object' || signal === null) return false;
  const { callRoomId, targetSocketId, offer, sdpMid, sdpMLineIndex } = signal as Record<string, unknown>;
  if (typeof callRoomId !== 'string' || !ROOM_ID.test(callRoomId)) return false;
  if (typeof targetSocketId !== 'string' || targetSocketId.length > 64) return false;
  if (sdpMid !== undefined && typeof sdpMid !== 'string') return false;
  if (sdpMLineIndex !== undefined && !Number.isInteger(sdpMLineIndex)) return false;
  return typeof offer === 'object' && offer !== null && sizeOf(offer) <= SIGNAL_MAX;
}

/** Counted, not serialised again: the cheapest there is once Socket.IO has parsed it. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  return Object.entries(value).reduce((sum, [key, inner]) => sum + key.length + sizeOf(inner), 2);
}

listen(http);
