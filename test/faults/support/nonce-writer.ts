import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedEvent } from '../../support/socket-client.js';
import { ReconnectingSocket } from './reconnecting-socket.js';

export interface Acked {
  id: string;
  seq: number;
  /** From the first attempt, through whatever came between. */
  afterMs: number;
}

interface WriterOptions {
  /** Where to connect, with the token. */
  url: string;
  /** What its nonces begin with: no other writer of the same user has it. */
  name: string;
  content?: string;
}

const NO_ANSWER_MS = 15_000;
const RETRY_MS = 50;

/** Writes one message after another, each with a nonce that it sends again until it has been acknowledged. */
export class NonceWriter {
  readonly acked = new Map<string, Acked>();
  /** How often each error code was the answer; `silence`: none within 15 s. */
  readonly errors = new Map<string, number>();
  /** Acknowledgements that said `duplicate`: an earlier attempt had been stored, and its answer lost. */
  duplicates = 0;
  /** How long each error took to come. */
  readonly errorsAfterMs: number[] = [];
  readonly socket: ReconnectingSocket;
  private connected = false;
  private answered: (answer: ReceivedEvent | undefined) => void = () => undefined;
  private awaited = '';
  private finishing = false;
  private readonly done: Promise<void>;

  constructor(private readonly options: WriterOptions) {
    this.socket = new ReconnectingSocket({
      url: () => options.url,
      received: (event) => {
        if (event.type === 'connected') this.connected = true;
        if (event['ref'] === this.awaited) this.answered(event);
      },
      lost: () => {
        this.connected = false;
        this.answered(undefined);
      },
    });
    this.done = this.write();
  }

  /** Resolves when its last message has been acknowledged, however long that takes. */
  async finish(): Promise<void> {
    this.finishing = true;
    await this.done;
    await this.socket.stop();
  }

  private async write(): Promise<void> {
    for (let n = 1; !this.finishing; n++) {
      const nonce = `${this.options.name}-${n}`;
      const started = performance.now();
      const ack = await this.untilAcknowledged(nonce);
      if (ack['duplicate'] === true) this.duplicates++;
      const afterMs = performance.now() - started;
      this.acked.set(nonce, { id: ack['id'] as string, seq: ack['seq'] as number, afterMs });
    }
  }

  private async untilAcknowledged(nonce: string): Promise<ReceivedEvent> {
    for (;;) {
      const sent = performance.now();
      const answer = this.connected ? await this.attempt(nonce) : undefined;
      if (answer?.type === 'ack') return answer;
      if (answer) {
        this.count(answer['code'] as string);
        this.errorsAfterMs.push(performance.now() - sent);
      }
      await sleep(Math.min((answer?.['retry_after_ms'] as number | undefined) ?? RETRY_MS, 200));
    }
  }

  /** Undefined when the connection was lost first. */
  private async attempt(nonce: string): Promise<ReceivedEvent | undefined> {
    const answer = new Promise<ReceivedEvent | undefined>((resolve) => {
      this.answered = resolve;
    });
    this.awaited = nonce;
    this.socket.send({ type: 'message', content: this.options.content ?? `message ${nonce}`, nonce, ref: nonce });
    const impatience = setTimeout(() => {
      this.count('silence');
      this.socket.drop();
    }, NO_ANSWER_MS);
    return answer.finally(() => {
      clearTimeout(impatience);
    });
  }

  private count(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
