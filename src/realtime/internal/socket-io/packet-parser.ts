import { Decoder as StockDecoder, Encoder as StockEncoder, Packet, PacketType } from 'socket.io-parser';

const EVENT = '2'.charCodeAt(0);
const SLASH = '/'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
const BRACKET = '['.charCodeAt(0);
/** Larger ids are no integers any more. */
const ID_DIGITS = 15;
/** They mean something to clients or to Node's emitters. */
const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);

/** Where an event's arguments came from. */
export interface Origin {
  /** The packet as it was sent. */
  readonly text: string;
  /** The number under which it is to be acknowledged. */
  readonly id: number | undefined;
}

const ORIGIN = Symbol('origin');

/** Undefined for what came with binary attachments. */
export const originOf = (args: readonly unknown[]): Origin | undefined => (args as { [ORIGIN]?: Origin })[ORIGIN];

/** Socket.IO's parser, which keeps the text of each event for those namespaces whose gateways relay it untouched. */
export function packetParser(isOurs: (namespace: string) => boolean): {
  Decoder: typeof StockDecoder;
  Encoder: typeof StockEncoder;
} {
  class Decoder extends StockDecoder {
    /** @throws Error when it is no packet: then the connection ends */
    override add(packet: unknown): void {
      const within = (this as unknown as { reconstructor?: object | null }).reconstructor;
      if (typeof packet !== 'string' || packet.charCodeAt(0) !== EVENT || within) super.add(packet);
      else this.emitReserved('decoded', decodeEvent(packet, isOurs));
    }
  }

  class Encoder extends StockEncoder {
    /** Every refusal of a connection has a code, this one too. */
    override encode(packet: Packet): unknown[] {
      const { type, data } = packet as { type: PacketType; data?: { message?: unknown; data?: unknown } };
      if (type !== PacketType.CONNECT_ERROR || data?.message !== 'Invalid namespace') return super.encode(packet);
      return super.encode({ ...packet, data: { message: data.message, data: { code: 'not_found' } } });
    }
  }

  return { Decoder, Encoder };
}

function decodeEvent(text: string, isOurs: (namespace: string) => boolean): Packet {
  let at = 1;
  let nsp = '/';
  if (text.charCodeAt(at) === SLASH) {
    const end = text.indexOf(',', at);
    if (end < 0) throw new Error('invalid payload');
    nsp = text.slice(at, end);
    at = end + 1;
  }
  const start = at;
  let id: number | undefined;
  for (let digit = text.charCodeAt(at) - ZERO; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - ZERO)
    id = (id ?? 0) * 10 + digit;
  if (at - start > ID_DIGITS || text.charCodeAt(at) !== BRACKET) throw new Error('invalid payload');
  const data = JSON.parse(text.slice(at)) as unknown[];
  const event = data[0];
  if (typeof event === 'string' ? RESERVED.has(event) : typeof event !== 'number') throw new Error('invalid payload');
  if (!isOurs(nsp)) return { type: PacketType.EVENT, nsp, data, ...(id !== undefined && { id }) };
  return { type: PacketType.EVENT, nsp, data: Object.assign(data, { [ORIGIN]: { text, id } satisfies Origin }) };
}
