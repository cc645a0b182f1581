import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run seed -- [--users=200] [--groups=3] [--messages=100000] [--days=90] [--seed=1]

Makes a believable community: people, groups with roles and invites, channels of each type, direct conversations, and
messages with replies, mentions, reactions, edits, deletions and pins, spread over the last days. The same --seed makes
the same people and the same talk; another one is needed for a second community in one database.

Everybody can log in, with the password that is shown at the end; so it is refused where NODE_ENV is production. All is
made in one transaction: on any trouble, or Ctrl-C, nothing is.

The database is the one of DATABASE_URL, also while servers run on it. With an empty DATABASE_URL it is the embedded one
under DATA_DIR; stop its server first. It needs the development dependencies (npm ci).

Exit codes: 0 made, 1 not made (the reason is on standard error), 2 an argument that is not valid.
`;

export interface SeedOptions {
  users: number;
  groups: number;
  messages: number;
  days: number;
  seed: number;
}

const NUMBERS = {
  users: { default: 200, least: 3, most: 10_000 },
  groups: { default: 3, least: 1, most: 100 },
  messages: { default: 100_000, least: 0, most: 5_000_000 },
  days: { default: 90, least: 1, most: 3650 },
  seed: { default: 1, least: 0, most: 2 ** 31 - 1 },
} as const satisfies Record<keyof SeedOptions, { default: number; least: number; most: number }>;

/** What the command line asks for; a text where it cannot be done. */
export function readOptions(args: string[]): SeedOptions | 'help' | { problem: string } {
  try {
    const number = { type: 'string' } as const;
    const numbers = { users: number, groups: number, messages: number, days: number, seed: number };
    const { values } = parseArgs({ args, options: { ...numbers, help: { type: 'boolean', short: 'h' } } });
    if (values.help) return 'help';
    const read = (name: keyof SeedOptions) => wholeNumber(name, values[name]);
    return {
      ...{ users: read('users'), groups: read('groups'), messages: read('messages') },
      ...{ days: read('days'), seed: read('seed') },
    };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function wholeNumber(name: keyof SeedOptions, text: string | undefined): number {
  const { default: usual, least, most } = NUMBERS[name];
  if (text === undefined) return usual;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}.`);
}
