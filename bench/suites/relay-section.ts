import { interleave } from '../harness/benchmark.js';
import type { BenchContext } from '../harness/benchmark.js';
import { ratioOf, rowOf } from '../harness/report.js';
import type { Section, Verdict } from '../harness/report.js';
import { labelOf } from '../harness/servers.js';
import type { ServerName } from '../harness/servers.js';
import type { DialectName, Member } from '../load/dialects.js';
import { closeArenas, connect, openArena } from './arena.js';
import type { Arena } from './arena.js';

/** How many pairs send, each to the other of its pair. */
export const PAIRS = 16;
const WINDOW = 4;
const OFFER_BYTES = 2048;

export interface RelayContestant {
  name: ServerName;
  label?: string;
  /** What its clients speak, if that is not what they usually speak to this server. */
  dialect?: DialectName;
  env?: Record<string, string>;
  members: Member[];
}

export interface RelayPlan {
  title: string;
  contestants: RelayContestant[];
  /** The label that all are compared with. */
  to: string;
  chart: string;
}

/** Offers of 2 KB to one peer each, as many as go through. */
export async function relaySection(context: BenchContext, plan: RelayPlan): Promise<Section> {
  const stands: { label: string; arena: Arena }[] = [];
  for (const { name, label = labelOf(name), dialect, env = {}, members } of plan.contestants) {
    const arena = await openArena(context, name, env);
    await connect(arena, members, context.failures, dialect ? { dialect } : {});
    await arena.load.run('relay', { window: WINDOW, seconds: 1, bytes: OFFER_BYTES });
    stands.push({ label, arena });
  }
  const input = { window: WINDOW, seconds: context.quick ? 1.5 : 3, bytes: OFFER_BYTES };
  const contestants = stands.map(({ label, arena: { server, load } }) => ({
    label,
    measure: async () => {
      const before = server.cpuSeconds;
      const { relayed, seconds, latency } = await load.run('relay', input);
      const cpu = server.cpuSeconds - before;
      return { perCore: relayed / cpu, perSecond: relayed / seconds, p50: latency.p50, p99: latency.p99 };
    },
  }));
  const rows = await interleave(context, plan.title, contestants);
  await closeArenas(stands.map(({ arena }) => arena));
  return {
    title: plan.title,
    columns: [
      { key: 'perCore', title: 'relays/s per core' },
      { key: 'perSecond', title: 'relays/s' },
      { key: 'p50', title: 'p50 ms', digits: 2 },
      { key: 'p99', title: 'p99 ms', digits: 2 },
    ],
    rows,
    ratio: { key: 'perCore', to: plan.to },
    chart: { key: 'perCore', title: plan.chart },
  };
}

/** What is owed and wanted of Parley's relays, beside those of one other. */
export function relayVerdict(
  section: Section,
  work: string,
  { label, unit, owed, wanted }: { label: string; unit: string; owed: number; wanted: number },
): Verdict {
  const got = ratioOf(rowOf(section, 'Parley'), rowOf(section, label), 'perCore');
  return { work, owed, wanted, got, unit, better: 'higher' };
}

/** The peers that check nothing, and what is owed beside them. */
const UNCHECKED = ['limit', 'framed-once', 'socket.io', 'nest-ws'] as const;

export function uncheckedVerdicts(section: Section, work: string): Verdict[] {
  const bars = [
    { label: 'bare ws, the limit', unit: '× the limit', owed: 0.6, wanted: 0.8 },
    { label: 'Socket.IO', unit: '× Socket.IO', owed: 1.3, wanted: NaN },
    { label: 'Nest ws, ValidationPipe', unit: '× Nest with ValidationPipe', owed: 2, wanted: NaN },
  ];
  return bars.map((bar) => relayVerdict(section, work, bar));
}

export function uncheckedContestants(members: Member[]): RelayContestant[] {
  return UNCHECKED.map((name) => ({
    name,
    label: name === 'framed-once' ? 'bare ws, parse and stringify' : labelOf(name),
    members,
  }));
}
