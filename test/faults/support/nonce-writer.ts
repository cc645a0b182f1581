import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedEvent } from '../../support/socket-client.js';
import { ReconnectingSocket } from './reconnecting-socket.js';

export interface Acked {
  id: string;
  seq: number;
  /** From the first attempt, through whatever came between. */
  afterMs: number;
  /** On the clock of the process. */
  atMs: number;
}

interface WriterOptions {
  /** Where to connect, with the token; asked before each attempt where it is a function. */
  url: string | (() => string);
  /** What its nonces begin with: no other writer of the same user has it. */
  name: string;
  content?: string;
  /** How many of its messages may be without an answer at once. */
  atOnce?: number;
  /** It begins at most one message in so many milliseconds; after a delay it catches up. */
  everyMs?: number;
}

const NO_ANSWER_MS = 15_000;
const RETRY_MS = 50;

/** Writes messages, each with a nonce that it sends again until it has been acknowledged: one after another, or a few at once. */
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
  private readonly awaited = new Map<unknown, (answer: ReceivedEvent | undefined) => void>();
  private begun = 0;
  private finishing = false;
  private readonly done: Promise<void>;

  constructor(private readonly options: WriterOptions) {
    this.socket = new ReconnectingSocket({
      url: () => (typeof options.url === 'string' ? options.url : options.url()),
      received: (event) => {
        if (event.type === 'connected') this.connected = true;
        this.awaited.get(event['ref'])?.(event);
      },
      lost: () => {
        this.connected = false;
        for (const answered of this.awaited.values()) answered(undefined);
      },
    });
    const began = performance.now();
    this.done = Promise.all(Array.from({ length: options.atOnce ?? 1 }, () => this.write(began))).then(() => undefined);
  }

  /** Resolves when its last message has been acknowledged, however long that takes. */
  async finish(): Promise<void> {
    this.finishing = true;
    await this.done;
    await this.socket.stop();
  }

  private async write(began: number): Promise<void> {
    const { name, everyMs = 0 } = this.options;
    while (!this.finishing) {
      const n = ++this.begun;
      const earlyMs = began + n * everyMs - performance.now();
      if (everyMs > 0 && earlyMs > 0) await sleep(earlyMs);
      const nonce = `${name}-${n}`;
      const started = performance.now();
      const ack = await this.untilAcknowledged(nonce);
      if (ack['duplicate'] === true) this.duplicates++;
      const atMs = performance.now();
      this.acked.set(nonce, { id: ack['id'] as string, seq: ack['seq'] as number, afterMs: atMs - started, atMs });
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
    const answer = new Promise<ReceivedEvent | undefined>((resolve) => this.awaited.set(nonce, resolve));
    this.socket.send({ type: 'message', content: this.options.content ?? `message ${nonce}`, nonce, ref: nonce });
    const impatience = setTimeout(() => {
      this.count('silence');
      this.socket.drop();
    }, NO_ANSWER_MS);
    return answer.finally(() => {
      clearTimeout(impatience);
      this.awaited.delete(nonce);
    });
  }

  private count(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
