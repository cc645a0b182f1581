import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { v7 } from 'uuid';

export interface CommunityOptions {
  /** An empty or used database with Parley's schema. */
  databaseUrl: string;
  users: number;
  channels: number;
  /** How many users are members of a channel's group; all of them unless told. Channel n begins at user n × members. */
  membersPerChannel?: number;
  /** How many messages each channel's log holds; a function gives each channel a number of its own. */
  messagesPerChannel?: number | ((channel: number) => number);
  channelType?: 'TEXT' | 'VOICE' | 'VIDEO';
}

export interface SeededUser {
  id: string;
  username: string;
  /** A live session, for an access token (`accessTokens`). */
  sessionId: string;
}

interface SeededChannel {
  id: string;
  groupId: string;
  /** Indices of `users`. */
  members: number[];
  lastSeq: number;
}

export interface Community {
  users: SeededUser[];
  channels: SeededChannel[];
}

const DAY_MS = 86_400_000;
/** Nobody can log in with it: no password has this hash. */
const NO_PASSWORD = '$argon2id$v=19$m=19456,t=2,p=1$bm9uZQ$bm9uZQ';

/**
 * Users, each with a session, and channels, each in a group of its own, with members and logs: thousands and a million
 * in seconds, and as consistent as if they had come over the wire (numbers dense, `last_seq` at the head, nonces
 * unique). Names are new with every call, so that a database can be seeded again.
 */
export async function seedCommunity(options: CommunityOptions): Promise<Community> {
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    const users = await insertUsers(client, options.users);
    const channels = planChannels(options);
    await insertGroups(client, channels, users);
    await insertChannels(client, channels, options.channelType ?? 'TEXT');
    await insertMessages(client, channels, users);
    await client.query('COMMIT');
    await client.query('ANALYZE');
    return { users, channels };
  } finally {
    await client.end();
  }
}

async function insertUsers(client: pg.Client, count: number): Promise<SeededUser[]> {
  const run = randomUUID().slice(0, 8);
  const users = Array.from({ length: count }, (_, n) => ({ id: v7(), username: `s${run}_${n}`, sessionId: v7() }));
  const columns = [users.map(({ id }) => id), users.map(({ username }) => username)];
  await client.query(
    `INSERT INTO users (id, username, email, password_hash, created_at)
     SELECT id, name, name || '@seed.invalid', $3, now() FROM unnest($1::uuid[], $2::text[]) AS seed (id, name)`,
    [...columns, NO_PASSWORD],
  );
  await client.query(
    `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
     SELECT id, user_id, now(), now(), $3 FROM unnest($1::uuid[], $2::uuid[]) AS seed (id, user_id)`,
    [users.map(({ sessionId }) => sessionId), users.map(({ id }) => id), new Date(Date.now() + 30 * DAY_MS)],
  );
  return users;
}

function planChannels(options: CommunityOptions): SeededChannel[] {
  const { users, channels, membersPerChannel = users, messagesPerChannel = 0 } = options;
  return Array.from({ length: channels }, (_, n) => ({
    id: v7(),
    groupId: v7(),
    members: Array.from({ length: membersPerChannel }, (_, member) => (n * membersPerChannel + member) % users),
    lastSeq: typeof messagesPerChannel === 'number' ? messagesPerChannel : messagesPerChannel(n),
  }));
}

async function insertGroups(client: pg.Client, channels: SeededChannel[], users: SeededUser[]): Promise<void> {
  const userId = (index: number | undefined) => users[index ?? 0]?.id;
  await client.query(
    `INSERT INTO groups (id, name, owner_id, created_at, updated_at)
     SELECT id, 'seeded', owner_id, now(), now() FROM unnest($1::uuid[], $2::uuid[]) AS seed (id, owner_id)`,
    [channels.map(({ groupId }) => groupId), channels.map(({ members }) => userId(members[0]))],
  );
  for (const { groupId, members } of channels)
    await client.query(
      `INSERT INTO group_members (group_id, user_id, role, joined_at)
       SELECT $1, user_id, CASE n WHEN 1 THEN 'owner' ELSE 'member' END, now() - interval '1 year'
       FROM unnest($2::uuid[]) WITH ORDINALITY AS seed (user_id, n)`,
      [groupId, members.map(userId)],
    );
}

async function insertChannels(
  client: pg.Client,
  channels: SeededChannel[],
  type: NonNullable<CommunityOptions['channelType']>,
): Promise<void> {
  const ids = channels.map(({ id }) => id);
  const groupIds = channels.map(({ groupId }) => groupId);
  await client.query(
    `INSERT INTO conversations (id, kind, group_id, last_seq, created_at)
     SELECT id, 'channel', group_id, last_seq, now()
     FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS seed (id, group_id, last_seq)`,
    [ids, groupIds, channels.map(({ lastSeq }) => lastSeq)],
  );
  await client.query(
    `INSERT INTO channels (id, group_id, name, type, created_at, updated_at)
     SELECT id, group_id, 'seeded', $3, now(), now() FROM unnest($1::uuid[], $2::uuid[]) AS seed (id, group_id)`,
    [ids, groupIds, type],
  );
}

/** Written a second apart up to now, by the members in turn; ids sort by time, as UUID v7 do. */
async function insertMessages(client: pg.Client, channels: SeededChannel[], users: SeededUser[]): Promise<void> {
  for (const { id, members, lastSeq } of channels) {
    if (lastSeq === 0) continue;
    const senders = members.map((index) => users[index]?.id);
    await client.query(
      `INSERT INTO messages (id, conversation_id, seq, rev, sender_id, content, nonce, draft_hash, created_at)
       SELECT overlay(overlay(gen_random_uuid()::text placing
                substr(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'), 1, 8) || '-' ||
                substr(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'), 9, 4) from 1)
                placing '7' from 15)::uuid,
              $1, n, n, ($2::uuid[])[1 + n % $4], content, 'seed-' || n,
              sha256(convert_to('["' || content || '"]', 'UTF8')), at
       FROM generate_series(1, $3::integer) AS n,
            LATERAL (SELECT now() - make_interval(secs => $3::integer - n) AS at,
                            'message ' || n || ' of a log that was seeded: the quick brown fox jumps over the lazy dog' AS content) AS row`,
      [id, senders, lastSeq, senders.length],
    );
  }
}
