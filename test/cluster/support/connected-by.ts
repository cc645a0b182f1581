import { startTwoNodes } from './two-nodes.js';
import type { TwoNodes } from './two-nodes.js';

/** Nodes, and what they reach each other by when something ends on one of them. */
export interface Connected extends TwoNodes {
  /** Breaks what is to be broken; what is done after it is told by Postgres alone. */
  breakOff(): Promise<void>;
  mend(): Promise<void>;
}

/** How two nodes are connected, and within what time each acts on what has ended on the other (protocol 1.1, 2.1). */
export interface Connection {
  by: string;
  withinMs: number;
  start(): Promise<Connected>;
}

const nothing = () => Promise.resolve();

export const CONNECTIONS: readonly Connection[] = [
  {
    by: 'Postgres alone',
    withinMs: 5000,
    start: async () => ({ ...(await startTwoNodes()), breakOff: nothing, mend: nothing }),
  },
];
