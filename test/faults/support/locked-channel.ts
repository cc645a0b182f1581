import type { Client } from 'pg';
import type { Stage } from './stage.js';

/** Another session holds the row of the channel's log, until it ends. */
export async function lockChannel({ postgres, channelId }: Stage): Promise<Client> {
  const client = await postgres.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [channelId]);
  return client;
}

/** Each writer was refused twice, or has been let in since. */
export function allRefusedTwice({ writers }: Stage): boolean {
  return writers.every(({ errorsAfterMs, acked }) => errorsAfterMs.length >= 2 || acked.size > 0);
}

/** In milliseconds, from a message to the `error` that answered it. */
export function longestRefusal({ writers }: Stage): number {
  return Math.round(Math.max(...writers.flatMap(({ errorsAfterMs }) => errorsAfterMs)));
}

/** In milliseconds, from a message's first attempt to its `ack`. */
export function longestAck({ writers }: Stage): number {
  return Math.round(Math.max(...writers.flatMap(({ acked }) => [...acked.values()].map(({ afterMs }) => afterMs))));
}
