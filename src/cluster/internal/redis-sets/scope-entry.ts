import { deepFreeze } from '../../../common/deep-freeze.js';
import { Json, Member, SetDelta } from '../../cluster.js';

/** An entry with what the nodes have to know of it beside what they show. */
export interface Entry {
  readonly member: Member;
  readonly token: string;
  /** The incarnation of the node whose lease it counts by. */
  readonly holder: string;
  /** When its grace ends, in ms by the clock of Redis; 0 without one. */
  readonly grace: number;
  /** The version that it joined, or took another's place, at: of two who claim one place, the higher one has it. */
  readonly stamp: number;
  /** When the member came, in µs: when two halves of a scope are joined, the earlier ones have the lower orders. */
  readonly came: number;
}

/** A scope at one moment. */
export interface ScopeState {
  /** Of an empty scope the time, which the version of its next life is above. */
  version: number;
  /** The version that the present life began with; 0: empty. */
  life: number;
  /** By order. */
  entries: Map<string, Entry>;
}

/** A delta as it is published. */
export interface ScopeDelta {
  version: number;
  life: number;
  kind: SetDelta['kind'];
  previousToken: string | undefined;
  entry: Entry;
}

type Lines = [
  order: number,
  leaving: number,
  grace: number,
  stamp: number,
  came: number,
  holder: string,
  token: string,
  data: Json,
];
export type StateLines = [version: number, life: number, rows: [member: string, ...Lines][]];
type DeltaLines = [number, number, SetDelta['kind'], string | null, string, ...Lines];

export function parseState(text: string): ScopeState {
  return stateOf(JSON.parse(text) as StateLines);
}

export function stateOf([version, life, rows]: StateLines): ScopeState {
  const entries = rows.map(([member, ...lines]) => entryOf(member, lines));
  entries.sort((a, b) => a.member.order - b.member.order);
  return { version, life, entries: new Map(entries.map((entry) => [entry.member.member, entry])) };
}

export function parseEntry(member: string, packed: string): Entry {
  return entryOf(member, JSON.parse(`[${packed}]`) as Lines);
}

export function parseDelta(message: string): ScopeDelta {
  const [version, life, kind, previous, member, ...lines] = JSON.parse(message) as DeltaLines;
  return { version, life, kind, previousToken: previous ?? undefined, entry: entryOf(member, lines) };
}

/** What announces the entry: the arguments of the script, for each. */
export function announced({ member, grace, stamp, came, token }: Entry): (string | number)[] {
  const { order, leaving, data } = member;
  const lines = [order, leaving ? 1 : 0, grace, stamp, came, JSON.stringify(token), JSON.stringify(data)];
  return [JSON.stringify(member.member), ...lines];
}

function entryOf(member: string, [order, leaving, grace, stamp, came, holder, token, data]: Lines): Entry {
  const shown = Object.freeze({ member, order, data: deepFreeze(data), leaving: leaving === 1 });
  return { member: shown, token, holder, grace, stamp, came };
}
