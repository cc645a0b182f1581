import pg from 'pg';
import type { ConversationId, UserId } from '../../src/common/ids.js';
import type { Sent } from '../../src/messages/message.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { eventually } from './eventually.js';
import { channelScene } from './scene.js';
import type { TestApp } from './test-app.js';

/** A channel with two members and their group's owner, by whom the service is called as the edges call it. */
export interface LogScene {
  groupId: string;
  channelId: ConversationId;
  owner: UserId;
  alice: UserId;
  bob: UserId;
  names: { alice: string; bob: string };
  send: (senderId: UserId, content: string, nonce?: string) => Promise<Sent>;
}

export async function logScene(app: TestApp): Promise<LogScene> {
  const { owner, members, groupId, channelId } = await channelScene(app, { members: ['alice', 'bob'] });
  const messages = app.app.get(MessagesService, { strict: false });
  const id = channelId as ConversationId;
  return {
    groupId,
    channelId: id,
    owner: owner.id as UserId,
    alice: members.alice.id as UserId,
    bob: members.bob.id as UserId,
    names: { alice: members.alice.username, bob: members.bob.username },
    send: (senderId, content, nonce) => messages.send(senderId, id, { content, nonce }),
  };
}

/** What a log holds, in order; `tx` tells which were committed together. */
export function logOf(
  app: TestApp,
  conversationId: string,
): Promise<{ seq: string; content: string; sender_id: string; tx: string }[]> {
  return app.sql(
    'SELECT seq, content, sender_id, xmin::text AS tx FROM messages WHERE conversation_id = $1 ORDER BY seq',
    [conversationId],
  );
}

/** Another transaction, which holds rows until it is ended. */
export class Holder {
  private constructor(private readonly client: pg.Client) {}

  /** Holds the locks of these conversations. */
  static async of(app: TestApp, ...conversationIds: string[]): Promise<Holder> {
    const client = new pg.Client({ connectionString: app.databaseUrl });
    await client.connect();
    await client.query('BEGIN');
    await client.query('SELECT FROM conversations WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [conversationIds]);
    return new Holder(client);
  }

  async query(statement: string, params: unknown[] = []): Promise<void> {
    await this.client.query(statement, params);
  }

  async commit(): Promise<void> {
    await this.client.query('COMMIT');
    await this.client.end();
  }
}

/** Resolves with its process id once a writer of this app's database waits for a lock. */
export async function writerWaits(app: TestApp): Promise<number> {
  const waiting = () =>
    app.sql<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%append_message%'`,
    );
  let pid: number | undefined;
  await eventually(async () => {
    pid = (await waiting())[0]?.pid;
    return pid !== undefined;
  });
  return pid!;
}
