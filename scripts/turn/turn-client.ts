import { classes, makeIntegrityKey, Message, methods, parseMessage } from 'werift-ice';
import type { TurnCredentials } from '../../src/signaling/turn-credentials.js';
import type { IceUrl } from './ice-url.js';
import { openChannel, StunChannel } from './stun-channel.js';

const ANSWER_TIMEOUT_MS = 5000;
const FIRST_RETRY_MS = 250;
const RELAY_OVER_UDP = 0x11000000;
const FAMILY = { IPv4: 0x01000000, IPv6: 0x02000000 };

export type Family = keyof typeof FAMILY;

/** The server's answer: what it gives, or the code and reason of its error (RFC 8489, section 14.8). */
export type Answer = { ok: true; message: Message } | { ok: false; code: number; reason: string; message: Message };

/** Asks one STUN or TURN server, from one address of this machine. It prints nothing, and keeps no allocation. */
export class TurnClient {
  private readonly waiting = new Map<string, { key: Buffer | undefined; settle: (answer: Answer) => void }>();
  private fail: (error: Error) => void = () => undefined;
  private session: { key: Buffer; username: string; realm: string; nonce: Buffer } | undefined;
  private allocated = false;

  private constructor(private readonly channel: StunChannel) {
    channel.listen(
      (data) => {
        this.receive(data);
      },
      (error) => {
        this.fail(error);
      },
    );
  }

  static async open(url: IceUrl): Promise<TurnClient> {
    return new TurnClient(await openChannel(url, ANSWER_TIMEOUT_MS));
  }

  /** The address under which the server sees this machine. */
  async bind(): Promise<string> {
    const answer = await this.ask(new Message(methods.BINDING, classes.REQUEST));
    if (!answer.ok) throw new Error(`it refuses: ${answer.code} ${answer.reason}`);
    if (answer.message.getAttributeValue('XOR-MAPPED-ADDRESS') === undefined)
      throw new Error('its answer names no address');
    return addressIn(answer.message, 'XOR-MAPPED-ADDRESS');
  }

  /** With credentials, asks twice: the first refusal tells the realm and the nonce that they are for. */
  async allocate(credentials?: TurnCredentials, family: Family = 'IPv4'): Promise<Answer> {
    const request = () => {
      const message = new Message(methods.ALLOCATE, classes.REQUEST).setAttribute(
        'REQUESTED-TRANSPORT',
        RELAY_OVER_UDP,
      );
      // Left out where it is the default: not every server knows it.
      return family === 'IPv4' ? message : message.setAttribute('REQUESTED-ADDRESS-FAMILY', FAMILY[family]);
    };
    const first = await this.ask(request());
    if (first.ok || credentials === undefined || first.code !== 401) return this.noting(first);
    const realm = first.message.getAttributeValue('REALM') as string | undefined;
    const nonce = first.message.getAttributeValue('NONCE') as Buffer | undefined;
    if (realm === undefined || nonce === undefined) throw new Error('its 401 names no realm, or has no nonce');
    const { username, credential } = credentials;
    this.session = { key: makeIntegrityKey(username, realm, credential), username, realm, nonce };
    return this.noting(await this.ask(request()));
  }

  /** Whether the allocation may relay to this address; nothing is sent to it. */
  permit(address: string): Promise<Answer> {
    return this.ask(
      new Message(methods.CREATE_PERMISSION, classes.REQUEST).setAttribute('XOR-PEER-ADDRESS', [address, 9]),
    );
  }

  /** Gives the allocation back: it would count against the user's quota for minutes. */
  async close(): Promise<void> {
    try {
      if (this.allocated) await this.ask(new Message(methods.REFRESH, classes.REQUEST).setAttribute('LIFETIME', 0));
    } finally {
      this.channel.close();
    }
  }

  private noting(answer: Answer): Answer {
    this.allocated = answer.ok;
    return answer;
  }

  /** @throws when no answer comes */
  private ask(request: Message): Promise<Answer> {
    const { session } = this;
    if (session !== undefined) {
      request
        .setAttribute('USERNAME', session.username)
        .setAttribute('REALM', session.realm)
        .setAttribute('NONCE', session.nonce)
        .addMessageIntegrity(session.key);
    }
    request.addFingerprint();
    const { bytes, transactionIdHex } = request;
    return new Promise<Answer>((resolve, reject) => {
      let retry: NodeJS.Timeout | undefined;
      const send = (waitMs: number) => {
        this.channel.send(bytes);
        if (!this.channel.reliable) retry = setTimeout(send, waitMs, waitMs * 2);
      };
      const done = () => {
        clearTimeout(retry);
        clearTimeout(timeout);
        this.waiting.delete(transactionIdHex);
      };
      const fail = (error: Error) => {
        done();
        reject(error);
      };
      const timeout = setTimeout(fail, ANSWER_TIMEOUT_MS, new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`));
      this.fail = fail;
      this.waiting.set(transactionIdHex, {
        key: session?.key,
        settle: (answer) => {
          done();
          resolve(answer);
        },
      });
      send(FIRST_RETRY_MS);
    });
  }

  /** An error may come unsigned, as when the credential is wrong; a success has to be signed with its key. */
  private receive(data: Buffer): void {
    const message = parsed(data);
    const asked = message && this.waiting.get(message.transactionIdHex);
    if (message === undefined || asked === undefined) return;
    if (message.messageClass === classes.ERROR) {
      const [code, reason] = (message.getAttributeValue('ERROR-CODE') ?? [0, 'without a reason']) as [number, string];
      asked.settle({ ok: false, code, reason, message });
    } else if (isSuccess(message) && (asked.key === undefined || parsed(data, asked.key) !== undefined)) {
      asked.settle({ ok: true, message });
    }
  }
}

/** `host:port` of an address in a message, or nothing. */
export function addressIn(message: Message, attribute: 'XOR-MAPPED-ADDRESS' | 'XOR-RELAYED-ADDRESS'): string {
  const [host, port] = (message.getAttributeValue(attribute) ?? ['an unknown address', 0]) as [string, number];
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Our own request, from a service that echoes, is none. */
function isSuccess({ messageClass }: Message): boolean {
  return messageClass === classes.RESPONSE;
}

function parsed(data: Buffer, key?: Buffer): Message | undefined {
  try {
    return parseMessage(data, key);
  } catch {
    return undefined;
  }
}
