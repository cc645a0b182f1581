import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { DialectName } from '../load/dialects.js';
import type { Child } from './child.js';
import type { BenchDatabase } from './database.js';
import type { Resources } from './resources.js';

export type ServerName = 'parley' | 'framed-once' | 'limit' | 'socket.io' | 'socket.io-calls' | 'nest-ws';

interface ServerKind {
  label: string;
  dialect: DialectName;
  program: string;
  args?: string[];
}

const KINDS: Record<ServerName, ServerKind> = {
  parley: { label: 'Parley', dialect: 'parley', program: 'src/main.js' },
  'framed-once': {
    label: 'bare ws, framed once',
    dialect: 'plain',
    program: 'bench/peers/bare-ws.js',
    args: ['framed-once'],
  },
  limit: { label: 'bare ws, the limit', dialect: 'plain', program: 'bench/peers/bare-ws.js', args: ['limit'] },
  'socket.io': { label: 'Socket.IO', dialect: 'socket.io', program: 'bench/peers/socket-io.js' },
  'socket.io-calls': {
    label: 'Socket.IO, the same checks',
    dialect: 'calls',
    program: 'bench/peers/socket-io-calls.js',
  },
  'nest-ws': { label: 'Nest ws, ValidationPipe', dialect: 'nest', program: 'bench/peers/nest-ws.js' },
};

export function labelOf(name: ServerName): string {
  return KINDS[name].label;
}

/** Signs the tokens of a run. */
export const JWT_SECRET = randomBytes(32).toString('hex');

/** What every measured server gets: no limit that the load would meet, the rest as an operator has it. */
const UNLIMITED = { WS_RATE_PER_SECOND: '0', WS_MAX_CONNECTIONS_PER_USER: '0', RATE_LIMIT_DISABLED: '1' };
const PROBE = path.resolve(import.meta.dirname, 'probe.js');

export interface Memory {
  /** Kilobytes. */
  resident: number;
  heap: number;
}

/** A server under measurement: a process of its own. */
export class Server {
  private constructor(
    readonly name: ServerName,
    readonly port: number,
    private readonly child: Child,
  ) {}

  static async start(
    name: ServerName,
    { database, resources, env = {} }: { database?: BenchDatabase; resources: Resources; env?: Record<string, string> },
  ): Promise<Server> {
    const { program, args = [] } = KINDS[name];
    const own = database && { DATABASE_URL: database.url, JWT_SECRET, HOST: '127.0.0.1', PORT: '0', ...UNLIMITED };
    const execArgv = ['--expose-gc', '--import', PROBE];
    const child = resources.fork({ program, args, env: { ...own, ...env }, execArgv });
    return new Server(name, await child.listening(), child);
  }

  get label(): string {
    return labelOf(this.name);
  }

  get dialect(): DialectName {
    return KINDS[this.name].dialect;
  }

  get pid(): number {
    return this.child.pid;
  }

  get cpuSeconds(): number {
    return this.child.cpuSeconds;
  }

  /** After two collections of garbage. */
  async memory(): Promise<Memory> {
    const { heapUsed, external, rss } = await this.child.request<Record<'heapUsed' | 'external' | 'rss', number>>({});
    return { resident: rss / 1024, heap: (heapUsed + external) / 1024 };
  }

  stop(): Promise<void> {
    return this.child.stop();
  }
}
