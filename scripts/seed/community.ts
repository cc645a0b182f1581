import type { Faker } from '@faker-js/faker';
import { v7 } from 'uuid';
import { makeInviteCode } from '../../src/groups/invite-code.js';
import type { SeedOptions } from './options.js';
import { makePeople } from './person.js';
import type { Person } from './person.js';

/** A conversation that is to be told. */
export interface PlannedLog {
  id: string;
  kind: 'channel' | 'dm';
  groupId: string | null;
  people: readonly Person[];
  messages: number;
}

interface PlannedChannel extends PlannedLog {
  name: string;
  type: 'TEXT' | 'VOICE' | 'VIDEO';
  topic: string;
}

export interface PlannedGroup {
  id: string;
  name: string;
  description: string;
  members: { person: Person; role: 'owner' | 'admin' | 'moderator' | 'member' }[];
  channels: PlannedChannel[];
  inviteCode: string;
}

export interface Community {
  people: Person[];
  groups: PlannedGroup[];
  dms: PlannedLog[];
  from: Date;
  to: Date;
}

const CHANNELS = [
  { name: 'general', type: 'TEXT', topic: 'What everybody should know', share: 30 },
  { name: 'random', type: 'TEXT', topic: 'Everything else', share: 25 },
  { name: 'help', type: 'TEXT', topic: 'Ask; somebody knows', share: 18 },
  { name: 'design', type: 'TEXT', topic: 'Sketches and critique', share: 10 },
  { name: 'releases', type: 'TEXT', topic: 'What went out, and when', share: 5 },
  { name: 'lounge', type: 'VOICE', topic: 'Drop in', share: 2 },
  { name: 'stand-up', type: 'VIDEO', topic: 'Every morning', share: 1 },
] as const;
/** Of all messages, those of direct conversations. */
const DM_SHARE = 0.09;
const DM_PAIRS_EACH = 0.75;
const DAY_MS = 86_400_000;

/** Who there is, where they talk, and how much; nothing of it depends on anything but the options and `to`. */
export function planCommunity(faker: Faker, options: SeedOptions, to: Date): Community {
  const from = new Date(to.getTime() - options.days * DAY_MS);
  const people = makePeople(faker, options.users, from);
  const dmMessages = Math.floor(options.messages * DM_SHARE);
  const groups = planGroups(faker, { ...options, messages: options.messages - dmMessages }, people);
  return { people, groups, dms: planDms(faker, people, dmMessages), from, to };
}

function planGroups(faker: Faker, { groups, messages }: SeedOptions, people: Person[]): PlannedGroup[] {
  const shares = shared(
    messages,
    Array.from({ length: groups }, (_, n) => 1 / (n + 1)),
  );
  return shares.map((share, n) => {
    // The first is everybody's; each of the others has about half of the people, and some in common.
    const members = n === 0 ? people : faker.helpers.arrayElements(people, Math.max(3, Math.ceil(people.length / 2)));
    const id = v7();
    const counts = shared(
      share,
      CHANNELS.map((channel) => channel.share),
    );
    return {
      id,
      name: `${faker.commerce.department()} ${faker.helpers.arrayElement(['team', 'club', 'guild', 'crew'])}`,
      description: faker.company.catchPhrase(),
      members: members.map((person, place) => ({ person, role: roleOf(place) })),
      channels: CHANNELS.map(({ name, type, topic }, place) => ({
        ...{ id: v7(), kind: 'channel' as const, groupId: id, people: members, name, type, topic },
        messages: counts[place] ?? 0,
      })),
      inviteCode: makeInviteCode(),
    };
  });
}

function roleOf(place: number): 'owner' | 'admin' | 'moderator' | 'member' {
  if (place === 0) return 'owner';
  if (place < 3) return 'admin';
  return place < 8 ? 'moderator' : 'member';
}

function planDms(faker: Faker, people: Person[], messages: number): PlannedLog[] {
  const pairs = new Map<string, [Person, Person]>();
  for (let n = 0; n < people.length * DM_PAIRS_EACH; n += 1) {
    // The first one, whom most will log in as, has somebody to talk to.
    const [a, b] = n === 0 ? people : faker.helpers.arrayElements(people, 2);
    if (a && b) pairs.set([a.id, b.id].sort().join(), [a, b]);
  }
  const counts = shared(
    messages,
    Array.from(pairs, () => faker.number.float({ min: 0.1, max: 1 })),
  );
  return [...pairs.values()].map((pair, n) => ({
    ...{ id: v7(), kind: 'dm' as const, groupId: null, people: pair },
    messages: counts[n] ?? 0,
  }));
}

/** A whole number in whole parts, by these weights. */
function shared(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const parts = weights.map((weight) => Math.floor((total * weight) / sum));
  const rest = total - parts.reduce((all, part) => all + part, 0);
  return parts.map((part, n) => (n === 0 ? part + rest : part));
}
