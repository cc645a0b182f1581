import { ReconnectingSocket } from '../../faults/support/reconnecting-socket.js';
import type { ReceivedEvent } from '../../support/socket-client.js';
import { RoomGoer } from './room-goer.js';

interface RawRoomGoerOptions {
  wsUrl: string;
  roomId: string;
  clientId: string;
  token: string;
}

interface Entry {
  client_id: string;
  order: number;
}

/** In a room of the room gateway (protocol section 5), always as the same client. */
export class RawRoomGoer extends RoomGoer {
  private socket: ReconnectingSocket | undefined;

  constructor(private readonly options: RawRoomGoerOptions) {
    super(options.roomId);
    this.come();
  }

  override come(): void {
    const { wsUrl, roomId, clientId, token } = this.options;
    const query = new URLSearchParams({ client_id: clientId, token });
    this.staysAway = false;
    this.socket = new ReconnectingSocket({
      url: () => `${wsUrl}/ws/${roomId}?${query.toString()}`,
      received: (event) => {
        this.receive(event);
      },
      lost: () => {
        this.lost();
        this.askedToWaitMs = undefined;
        if (this.staysAway) void this.stop();
      },
    });
  }

  override async stop(): Promise<void> {
    await this.socket?.stop();
  }

  private receive(event: ReceivedEvent): void {
    const entry = ({ client_id, order }: Entry) => ({ id: client_id, order });
    switch (event.type) {
      case 'users_in_room':
        this.entered(this.options.clientId, event['order'] as number, (event['users'] as Entry[]).map(entry));
        break;
      case 'user_joined':
        this.joined(event['client_id'] as string, event['order'] as number);
        break;
      case 'user_left':
        this.left(event['client_id'] as string);
        break;
      case 'going_away':
        this.askedToWaitMs = event['retry_after_ms'] as number;
        break;
      case 'error':
        this.violations.push(JSON.stringify(event));
    }
  }
}
