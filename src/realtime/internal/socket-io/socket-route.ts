import { EncodeLast } from '../../encode-last.js';
import { SocketGatewayHooks } from '../../socket-gateway.js';
import { frameOf, WireText } from '../../wire.js';
import { CommandHandler } from '../command-dispatcher.js';

/** Engine.IO's "message" and Socket.IO's types. */
const MESSAGE = '4';
const EVENT = '2';
const ACK = '3';

/** A Socket.IO gateway at one of its namespaces. */
export class SocketRoute {
  /** What stands before an event's JSON, and before an acknowledgement's number. */
  readonly eventPrefix: string;
  readonly ackPrefix: string;
  private readonly events: EncodeLast<WireText, ReturnType<typeof frameOf>>;

  constructor(
    readonly namespace: string,
    readonly hooks: SocketGatewayHooks,
    readonly commands: ReadonlyMap<string, CommandHandler<unknown>>,
    readonly guests: boolean,
  ) {
    const place = namespace === '/' ? '' : `${namespace},`;
    this.eventPrefix = EVENT + place;
    this.ackPrefix = ACK + place;
    this.events = new EncodeLast((text) => frameOf([MESSAGE + this.eventPrefix, ...text]));
  }

  /** The WebSocket frame of an event, made once for all who get it one after the other. */
  readonly eventFrame = (text: WireText): ReturnType<typeof frameOf> => this.events.of(text);
}

/** The frame of any other packet. */
export const packetFrame = (text: WireText): ReturnType<typeof frameOf> => frameOf([MESSAGE, ...text]);
