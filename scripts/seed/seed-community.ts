import { base, en, Faker } from '@faker-js/faker';
import { hash } from '@node-rs/argon2';
import pg from 'pg';
import { OperatorError } from '../../src/common/operator-error.js';
import { planCommunity } from './community.js';
import type { Community } from './community.js';
import { StoryTeller } from './log-story.js';
import type { SeedOptions } from './options.js';
import type { Progress } from './progress.js';
import { logsOf, Rows } from './rows.js';

const PASSWORD = 'parley-for-everyone';
const HASH_COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const SHOWN_PEOPLE = 3;

/** Makes it, or nothing. Returns what to tell: who can log in, and how. @throws OperatorError where it is there already */
export async function seedCommunity(databaseUrl: string, options: SeedOptions, progress: Progress): Promise<string> {
  const faker = new Faker({ locale: [en, base], seed: options.seed });
  const community = planCommunity(faker, options, new Date());
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await requireRoom(client, community);
    await client.query('BEGIN');
    await write(new Rows(client), community, { faker, progress });
    await client.query('COMMIT');
    await client.query('ANALYZE');
    return answerOf(community, options);
  } finally {
    await client.end();
  }
}

async function requireRoom(client: pg.Client, { people }: Community): Promise<void> {
  const names = people.map(({ username }) => username);
  const { rowCount } = await client.query('SELECT FROM users WHERE username = ANY ($1) LIMIT 1', [names]);
  if (rowCount !== 0)
    throw new OperatorError('Some of these people are in the database already: choose another --seed.');
}

async function write(
  rows: Rows,
  community: Community,
  { faker, progress }: { faker: Faker; progress: Progress },
): Promise<void> {
  const { people, groups, dms, from, to } = community;
  const logs = logsOf(community);
  progress.start(logs.reduce((all, { messages }) => all + messages, 0));
  await rows.people(people, await hash(PASSWORD, HASH_COST));
  for (const group of groups) await rows.group(group, from);
  for (const dm of dms) await rows.dm(dm, from);
  for (const log of logs) {
    const story = new StoryTeller(faker, { people: log.people, messages: log.messages, from, to }).tell();
    await rows.story(log, story, (count) => {
      progress.add(count);
    });
    await rows.readStates(log, story.lastSeq, () => (faker.datatype.boolean(0.7) ? 1 : faker.number.float()));
  }
}

function answerOf({ people, groups, dms }: Community, { messages, seed }: SeedOptions): string {
  const names = people.slice(0, SHOWN_PEOPLE).map(({ username }) => username);
  const invites = groups.map(({ name, inviteCode }) => `  ${inviteCode}  ${name}\n`);
  return [
    `Made ${people.length} people, ${groups.length} groups, ${dms.length} direct conversations and ${messages} messages (--seed=${seed}).\n`,
    `Everybody’s password: ${PASSWORD}\n`,
    `Log in as ${names.join(', ')}, or anybody else: the first of them owns the first group.\n`,
    'Invites, for a week:\n',
    ...invites,
  ].join('');
}
