// Stores messages without a server around it, in one of the ways that applications do; told over IPC.
import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { v7 } from 'uuid';
import { ENTITIES } from '../../src/database-schema.js';
import { dataSourceOptions } from '../../src/infra/database/data-source.js';
import { Message } from '../../src/messages/persistence/message.entity.js';
import { latencies } from '../harness/statistics.js';
import { newContent, newNonce } from '../load/content.js';
import type { WriteInput, WriteResult } from './database-writer.types.js';

const POOL_SIZE = 10;
const BULK_ROWS = 1000;
const COLUMNS = 'id, conversation_id, seq, rev, kind, sender_id, content, nonce, draft_hash, mentions, created_at';
const SINGLE = `INSERT INTO messages (${COLUMNS}) VALUES ($1, $2, $3, $3, 'message', $4, $5, $6, $7, '{}', $8)`;
const BULK = `INSERT INTO messages (${COLUMNS})
  SELECT id, $1, seq, seq, 'message', $2, content, nonce, hash, '{}', $3
  FROM unnest($4::uuid[], $5::bigint[], $6::text[], $7::text[], $8::bytea[]) AS row (id, seq, content, nonce, hash)`;

const url = process.env['DATABASE_URL'] ?? '';
const pool = new pg.Pool({ connectionString: url, max: POOL_SIZE });
const orm = new DataSource(
  dataSourceOptions({ url, poolSize: POOL_SIZE, statementTimeoutMs: 10_000, entities: ENTITIES, migrations: [] }),
);
const seqs = new Map<string, number>();

function next(conversationId: string): { id: string; seq: number; content: string; nonce: string; draftHash: Buffer } {
  const seq = (seqs.get(conversationId) ?? 0) + 1;
  seqs.set(conversationId, seq);
  const content = newContent(seq);
  const draftHash = createHash('sha256').update(content).digest();
  return { id: v7(), seq, content, nonce: `${newNonce()}-${randomUUID()}`.slice(0, 64), draftHash };
}

type Write = (conversationId: string, senderId: string) => Promise<number>;

const WAYS: Record<WriteInput['way'], Write> = {
  save: async (conversationId, senderId) => {
    const { seq, ...fields } = next(conversationId);
    const message = { ...fields, conversationId, seq, rev: seq, senderId, mentions: [], createdAt: new Date() };
    await orm.getRepository(Message).save(message as unknown as Message);
    return 1;
  },
  single: async (conversationId, senderId) => {
    const { id, seq, content, nonce, draftHash } = next(conversationId);
    const values = [id, conversationId, seq, senderId, content, nonce, draftHash, new Date()];
    await pool.query({ name: 'single', text: SINGLE, values });
    return 1;
  },
  bulk: async (conversationId, senderId) => {
    const rows = Array.from({ length: BULK_ROWS }, () => next(conversationId));
    const columns = (['id', 'seq', 'content', 'nonce', 'draftHash'] as const).map((name) =>
      rows.map((row) => row[name]),
    );
    await pool.query({ name: 'bulk', text: BULK, values: [conversationId, senderId, new Date(), ...columns] });
    return BULK_ROWS;
  },
};

/** Each sender writes, waits until it is committed, and writes again. */
async function write({ way, senders, conversationIds, userIds, seconds }: WriteInput): Promise<WriteResult> {
  const samples: number[] = [];
  let rows = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  await Promise.all(
    Array.from({ length: senders }, async (_, n) => {
      const conversationId = conversationIds[n % conversationIds.length] ?? '';
      const senderId = userIds[n % userIds.length] ?? '';
      while (performance.now() < until) {
        const at = performance.now();
        const written = await WAYS[way](conversationId, senderId);
        rows += written;
        samples.push(performance.now() - at);
      }
    }),
  );
  return { rows, seconds: (performance.now() - began) / 1000, latency: latencies(samples) };
}

await orm.initialize();
process.on('message', ({ id, input }: { id: number; input: WriteInput }) => {
  write(input).then(
    (result) => process.send?.({ id, result }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.stdout.write('Listening on http://127.0.0.1:0;\n');
