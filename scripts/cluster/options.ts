import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run cluster -- [--nodes=3] [--port=8000]

Starts nodes of one Parley on this machine, for a look at how several of them work together: each is a process with a
port of its own, from --port upwards (0: free ones). They share a Postgres and a redis-server, which are started too,
unless DATABASE_URL or REDIS_URL name others. Ctrl-C stops all.

Data and the nodes' logs are in DATA_DIR, ./.data/cluster unless it is set; Redis stores nothing. Other settings, from
the environment or a file .env, hold for every node.
`;

const MOST_NODES = 16;

export interface ClusterOptions {
  nodes: number;
  /** Of the first node; 0: each takes a free one. */
  port: number;
}

/** What the command line asks for; a text where it cannot be done. */
export function readOptions(args: string[]): ClusterOptions | 'help' | { problem: string } {
  try {
    const options = {
      nodes: { type: 'string' },
      port: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values } = parseArgs({ args, options });
    if (values.help) return 'help';
    const nodes = wholeNumber('--nodes', values.nodes ?? '3', 1, MOST_NODES);
    return { nodes, port: wholeNumber('--port', values.port ?? '8000', 0, 65_536 - nodes) };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`${name} must be a whole number from ${least} to ${most}.`);
}
