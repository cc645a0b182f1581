import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import pg from 'pg';

/** A query that has had no answer for so long makes us ask whether Postgres is there at all; then it has so long to answer. */
const SILENCE_MS = 1000;
const ANSWER_MS = 800;
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What pg's types do not show of a connection of its pool. */
interface Wire {
  readonly connection: { readonly stream: Socket };
  /** False while a query waits for its end. */
  readonly readyForQuery: boolean;
}

/**
 * Postgres ends a statement that takes too long; one that stands still, or a network that is cut without a word, ends
 * nothing. A connection whose query waits in vain is given up when a new connection gets no answer either.
 */
export class SilenceWatch {
  private readonly logger = new Logger(SilenceWatch.name);
  private asking: Promise<boolean> | undefined;

  constructor(private readonly url: string) {}

  /** A new connection, once it is ready. */
  watch(client: pg.ClientBase): void {
    const wire = client as unknown as Wire;
    const { stream } = wire.connection;
    stream.setTimeout(SILENCE_MS);
    stream.on('timeout', () => {
      // An idle connection is silent too: its next query sets the time anew.
      if (!wire.readyForQuery) void this.look(wire);
    });
  }

  private async look({ connection: { stream } }: Wire): Promise<void> {
    const { bytesRead } = stream;
    const isThere = await (this.asking ??= this.ask());
    if (stream.bytesRead > bytesRead || stream.destroyed) return;
    if (isThere) stream.setTimeout(SILENCE_MS);
    else stream.destroy(new Error('Connection terminated: Postgres does not answer'));
  }

  /** Whether Postgres answers somebody who comes anew; that it has no place for one more is an answer. */
  private async ask(): Promise<boolean> {
    const client = new pg.Client({ connectionString: this.url, connectionTimeoutMillis: ANSWER_MS });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (SQLSTATE.test(code)) return true;
      this.logger.warn({ msg: 'Postgres does not answer', reason: message });
      return false;
    } finally {
      this.asking = undefined;
      void client.end().catch(() => undefined);
    }
  }
}
