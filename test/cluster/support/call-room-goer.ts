import { io } from 'socket.io-client';
import type { Socket } from 'socket.io-client';
import { RoomGoer } from './room-goer.js';

interface CallRoomGoerOptions {
  url: string;
  roomId: string;
  token: string;
}

interface Entry {
  socketId: string;
  order: number;
}

const RETRY_MS = 200;

/**
 * In a call room (protocol section 7.1), with the stock client. When it comes back is its own affair: after a planned stop
 * when it was told to, and it has a new socket id each time.
 */
export class CallRoomGoer extends RoomGoer {
  private readonly socket: Socket;
  private coming: NodeJS.Timeout | undefined;

  constructor({ url, roomId, token }: CallRoomGoerOptions) {
    super(roomId);
    const options = { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true };
    this.socket = io(url, { ...options, autoConnect: false });
    this.listen();
    this.come();
  }

  override come(): void {
    this.staysAway = false;
    this.socket.connect();
  }

  override stop(): Promise<void> {
    clearTimeout(this.coming);
    this.socket.removeAllListeners().disconnect();
    return Promise.resolve();
  }

  private listen(): void {
    const { socket, roomId } = this;
    const entry = ({ socketId, order }: Entry) => ({ id: socketId, order });
    socket.on('connect', () => socket.emit('webrtc:join-room', { callRoomId: roomId }));
    socket.on(
      'webrtc:room-joined',
      ({ existingParticipants, order }: { existingParticipants: Entry[]; order: number }) => {
        this.entered(socket.id ?? '', order, existingParticipants.map(entry));
      },
    );
    socket.on('webrtc:participant-joined', ({ participant }: { participant: Entry }) => {
      this.joined(participant.socketId, participant.order);
    });
    socket.on('webrtc:participant-left', ({ participant }: { participant: Entry }) => {
      this.left(participant.socketId);
    });
    socket.on('webrtc:signaling-error', (error) => this.violations.push(JSON.stringify(error)));
    socket.on('going_away', ({ retry_after_ms }: { retry_after_ms: number }) => {
      this.askedToWaitMs = retry_after_ms;
    });
    socket.on('connect_error', ({ message }) => {
      this.refusal = message;
      this.comeLater();
    });
    socket.on('disconnect', () => {
      this.lost();
      this.comeLater();
    });
  }

  private comeLater(): void {
    clearTimeout(this.coming);
    if (!this.staysAway) this.coming = setTimeout(() => this.socket.connect(), this.askedToWaitMs ?? RETRY_MS);
    this.askedToWaitMs = undefined;
  }
}
