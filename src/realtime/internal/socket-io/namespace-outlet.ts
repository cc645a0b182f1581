import { Urgency } from '../../client-connection.js';
import { SocketOutlet } from '../../socket-connection.js';
import { WireText } from '../../wire.js';
import { Traffic } from '../traffic-ledger.js';
import { EngineLink } from './engine-link.js';
import { packetFrame, SocketRoute } from './socket-route.js';

/** What one client on one namespace is sent. Before Socket.IO has said `connect` it waits, but for what is volatile. */
export class NamespaceOutlet implements SocketOutlet {
  readonly traffic: Traffic = { received: 0, sent: 0, sentBytes: 0 };
  /** Undefined from `connect` on. */
  private held: WireText[] | undefined = [];
  private isClosed = false;

  constructor(
    private readonly link: EngineLink,
    private readonly route: SocketRoute,
  ) {}

  /** Socket.IO has said `connect`. */
  open(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const text of held) this.push(text, 'durable');
  }

  /** Takes nothing more. */
  close(): void {
    this.isClosed = true;
  }

  get behind(): boolean {
    return this.isSending && this.link.behind;
  }

  caughtUp(): Promise<void> {
    return this.link.caughtUp();
  }

  drained(): Promise<void> {
    return this.link.drained();
  }

  push(text: WireText, urgency: Urgency): void {
    const { eventPrefix, eventFrame } = this.route;
    if (this.isSending) this.count(this.link.push(eventPrefix, text, eventFrame, urgency));
    else if (!this.isClosed && urgency === 'durable') this.held?.push(text);
  }

  acknowledge(id: number, answers: readonly unknown[]): void {
    const text = [`${this.route.ackPrefix}${id}${JSON.stringify(answers)}`];
    if (this.isSending) this.count(this.link.push('', text, packetFrame, 'durable'));
  }

  private get isSending(): boolean {
    return this.held === undefined && !this.isClosed;
  }

  private count(bytes: number): void {
    this.traffic.sent += 1;
    this.traffic.sentBytes += bytes;
  }
}
