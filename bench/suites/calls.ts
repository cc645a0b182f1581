import type { Benchmark } from '../harness/benchmark.js';
import { JWT_SECRET, labelOf } from '../harness/servers.js';
import { seedRooms } from './arena.js';
import { PAIRS, relaySection, relayVerdict } from './relay-section.js';

const CHECKED = labelOf('socket.io-calls');

/** A 2 KB offer in a call room of two: Socket.IO on both sides, and the same checks. */
export const callsBenchmark: Benchmark = {
  name: 'calls',
  title: 'Socket.IO call rooms: 2 KB offers, 16 rooms of two',
  run: async (context) => {
    const members = await seedRooms(context, { rooms: PAIRS, size: 2 });
    const section = await relaySection(context, {
      title: 'relays in call rooms, saturated',
      contestants: [
        { name: 'parley', dialect: 'calls', members },
        { name: 'socket.io-calls', env: { JWT_SECRET }, members },
        { name: 'socket.io', label: 'Socket.IO, no checks', members },
      ],
      to: CHECKED,
      chart: 'Relays of a 2 KB offer through a call room a second per core of the server',
    });
    const bar = { label: CHECKED, unit: '× Socket.IO, the same checks', owed: 0.8, wanted: 1 };
    return { sections: [section], verdicts: [relayVerdict(section, 'relay in a Socket.IO call room', bar)] };
  },
};
