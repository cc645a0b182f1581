import type { Benchmark } from '../harness/benchmark.js';
import { seedCrowd } from './arena.js';
import { PAIRS, relaySection, uncheckedContestants, uncheckedVerdicts } from './relay-section.js';

/** A 2 KB offer to one peer: authenticated and validated by Parley, by the others not. */
export const relayBenchmark: Benchmark = {
  name: 'relay',
  title: 'Signal relay: 2 KB offers, 16 pairs',
  run: async (context) => {
    const crowd = await seedCrowd(context, { users: 2 * PAIRS, channels: 1, channelType: 'VOICE' });
    const members = crowd.membersOf(0);
    const section = await relaySection(context, {
      title: 'relays, saturated',
      contestants: [{ name: 'parley', members }, ...uncheckedContestants(members)],
      to: 'bare ws, the limit',
      chart: 'Relays of a 2 KB offer a second per core of the server',
    });
    return { sections: [section], verdicts: uncheckedVerdicts(section, 'relay of a 2 KB offer') };
  },
};
