// A chat server on Socket.IO's rooms, without authentication; nothing is stored.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { listen } from './listen.js';
import { connectedFields, messageFields, offerFields, speakerOf, typingFields } from './payload.js';
import type { OfferCommand, SendCommand } from './payload.js';

const HEARTBEAT_MS = Number(process.env['WS_HEARTBEAT_INTERVAL_MS'] ?? 25_000);

const http = createServer();
const io = new Server(http, { transports: ['websocket'], pingInterval: HEARTBEAT_MS, pingTimeout: 2 * HEARTBEAT_MS });

io.on('connection', (socket) => {
  const speaker = speakerOf(socket.request.url);
  const { room, userId: user_id, username } = speaker;
  io.to(room).emit('user_joined', { user_id, username });
  void socket.join([room, `user:${user_id}`]);
  socket.on('disconnect', () => io.to(room).emit('user_left', { user_id, username }));
  socket.on('message', (command: SendCommand) => io.to(room).emit('message', messageFields(speaker, command)));
  socket.on('typing', ({ is_typing }: { is_typing: boolean }) =>
    io.to(room).emit('typing', typingFields(speaker, is_typing)),
  );
  socket.on('webrtc_offer', ({ target_user_id, data }: OfferCommand) =>
    io.to(`user:${target_user_id}`).emit('webrtc_offer', { ...offerFields(speaker), data }),
  );
  socket.emit('connected', connectedFields(speaker));
});

listen(http);
