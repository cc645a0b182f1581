// Reads logs without a server around it, one query after another over one connection; told over IPC.
import pg from 'pg';
import { DataSource, LessThan } from 'typeorm';
import { ENTITIES } from '../../src/database-schema.js';
import { dataSourceOptions } from '../../src/infra/database/data-source.js';
import type { ConversationId } from '../../src/common/ids.js';
import { Message } from '../../src/messages/persistence/message.entity.js';
import { latencies } from '../harness/statistics.js';
import { READ_QUERIES } from './database-reader.types.js';
import type { ReadInput, ReadResult, StatementInput } from './database-reader.types.js';

const url = process.env['DATABASE_URL'] ?? '';
const client = new pg.Client({ connectionString: url });
const orm = new DataSource(
  dataSourceOptions({ url, poolSize: 1, statementTimeoutMs: 10_000, entities: ENTITIES, migrations: [] }),
);

async function readOnce(
  { way, rows }: ReadInput,
  { conversationId, seq }: ReadInput['positions'][number],
): Promise<number> {
  if (way === 'find') {
    const where = { conversationId: conversationId as ConversationId, seq: LessThan(seq) };
    return (await orm.getRepository(Message).find({ where, order: { seq: 'DESC' }, take: rows })).length;
  }
  const values = [conversationId, seq, rows];
  return (await client.query({ name: way, text: READ_QUERIES[way], values })).rows.length;
}

function readsOf(input: ReadInput | StatementInput): (() => Promise<number>)[] {
  if (input.way !== 'statement') return input.positions.map((position) => () => readOnce(input, position));
  return input.values.map((values) => async () => (await client.query({ ...input.statement, values })).rows.length);
}

async function read(input: ReadInput | StatementInput): Promise<ReadResult> {
  const samples: number[] = [];
  let wrong = 0;
  for (const once of readsOf(input)) {
    const began = performance.now();
    if ((await once()) !== input.rows) wrong++;
    samples.push(performance.now() - began);
  }
  return { latency: latencies(samples), wrong };
}

await Promise.all([client.connect(), orm.initialize()]);
process.on('message', ({ id, input }: { id: number; input: ReadInput | StatementInput }) => {
  read(input).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.stdout.write('Listening on http://127.0.0.1:0;\n');
