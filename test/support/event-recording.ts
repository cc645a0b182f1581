import { expect } from 'vitest';
import type { AsyncApiChecker } from './asyncapi.js';
import type { Acknowledgement, Payload, SocketIoClient } from './socket-io-client.js';

/** What one test sends and receives on a Socket.IO gateway, each event held to the document; no field may be undocumented. */
export class EventRecording {
  readonly sent = new Set<string>();
  private readonly clients: SocketIoClient[] = [];

  constructor(
    private readonly checker: AsyncApiChecker,
    private readonly channel: string,
  ) {}

  listen(client: SocketIoClient): SocketIoClient {
    this.clients.push(client);
    return client;
  }

  /** Sends an event that has to be as documented, and takes its acknowledgement, which has to be one of the documented ones. */
  async request(client: SocketIoClient, event: string, payload: Payload = {}): Promise<Acknowledgement> {
    this.sent.add(this.checker.identify(this.channel, 'receive', payload, event));
    const acknowledgement = await client.request(event, payload);
    expect(this.checker.identifyAck(this.channel, event, acknowledgement)).toBeTruthy();
    return acknowledgement;
  }

  /** The keys of all events that came. */
  received(): Set<string> {
    const events = this.clients.flatMap(({ seen }) => seen);
    return new Set(events.map((event) => this.checker.identifyEvent(this.channel, event)));
  }
}
