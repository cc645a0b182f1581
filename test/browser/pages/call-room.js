import { io } from './socket.io.js';

/** Signals through a call room: the Socket.IO call gateway, protocol section 7.1, with the stock client. */
export function open({ url, token, callRoomId, transport }, { joined, left, received, failed }) {
  const socket = io(url, { auth: { token }, ...(transport && { transports: [transport] }) });
  const entry = ({ socketId, order }) => ({ id: socketId, order });

  const send = (targetSocketId, { description, candidate }) => {
    const to = { callRoomId, targetSocketId };
    if (description) socket.emit(`webrtc:${description.type}`, { ...to, [description.type]: description });
    else socket.emit('webrtc:ice-candidate', { ...to, candidate });
  };

  socket.on('webrtc:participant-joined', ({ participant }) => joined(entry(participant)));
  socket.on('webrtc:participant-left', ({ participant }) => left(participant.socketId));
  socket.on('webrtc:offer', ({ fromSocketId, offer }) => received(fromSocketId, { description: offer }));
  socket.on('webrtc:answer', ({ fromSocketId, answer }) => received(fromSocketId, { description: answer }));
  socket.on('webrtc:ice-candidate', ({ fromSocketId, candidate }) => received(fromSocketId, { candidate }));
  socket.on('webrtc:signaling-error', failed);

  return new Promise((resolve, reject) => {
    socket.on('connect_error', (error) => reject(new Error(`${error.message}: ${JSON.stringify(error.data)}`)));
    socket.on('connect', () => socket.emit('webrtc:join-room', { callRoomId }));
    socket.on('webrtc:room-joined', ({ existingParticipants, order }) =>
      resolve({
        id: socket.id,
        order,
        others: existingParticipants.map(entry),
        send,
        close: () => socket.disconnect(),
      }),
    );
  });
}
