import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ChildScript } from '../support/child-script.js';
import { Actor, join, register } from '../support/scene.js';
import { expectCleanLog } from './support/oracle.js';
import { Probe } from './support/probe.js';
import { residentMemory } from './support/resident-memory.js';
import { count, figures, progress } from './support/scale.js';
import { Stage } from './support/stage.js';

const MINUTE_MS = 60_000;

let stage: Stage;
let users: Actor[];
beforeAll(async () => {
  stage = await Stage.open();
  users = await Promise.all(Array.from({ length: count('F15.users') }, () => register(stage.server, 'stormer')));
  for (const user of users) await join(stage.user(0), user, stage.groupId);
}, 10 * MINUTE_MS);
afterAll(() => stage.close());

interface Admission {
  ws: WebSocket;
  /** What came first of all: `connected` after the roster, or how it was refused. */
  outcome: string;
  afterMs: number;
}

/** Each asks for its place at once, and waits for as long as it takes. */
function storm(): Promise<Admission[]> {
  const attempts = Array.from({ length: count('F15.sockets') }, (_, i) => {
    const ws = new WebSocket(stage.urlOf(users[i % users.length]!, { presence: 'none' }), { perMessageDeflate: false });
    const started = performance.now();
    return new Promise<Admission>((resolve) => {
      const end = (outcome: string) => {
        resolve({ ws, outcome, afterMs: performance.now() - started });
      };
      ws.on('message', (data: Buffer) => {
        if (data.includes('"type":"connected"')) end('connected');
      });
      ws.on('error', (error) => {
        end(String(error));
      });
      ws.on('close', (code) => {
        end(`closed with ${code}`);
      });
    });
  });
  return Promise.all(attempts);
}

it(
  'F15: connections that all come at once are all admitted, dropped at once and admitted again; health answers throughout',
  async () => {
    const before = residentMemory(stage.server.pid);
    const health = new ChildScript(
      `import { watch } from './test/faults/support/health-watch.mjs'; await watch('${stage.server.url}');`,
    );
    const ready = Probe.get(`${stage.server.url}/health/ready`);
    const waits: number[] = [];
    for (const wave of [1, 2]) {
      const admissions = await storm();
      expect(new Set(admissions.map(({ outcome }) => outcome))).toEqual(new Set(['connected']));
      waits.push(...admissions.map(({ afterMs }) => afterMs));
      progress('F15', `wave ${wave}: ${admissions.length} connected, ${residentMemory(stage.server.pid)} MB`);
      for (const { ws } of admissions) ws.terminate();
    }
    health.kill('SIGTERM');
    await health.exited;
    const { answers, longestMs } = JSON.parse(health.output) as { answers: Record<string, number>; longestMs: number };
    expect(Object.keys(answers)).toEqual(['200']);
    // A second is promised; the machine of a test may have others to serve.
    expect(longestMs).toBeLessThan(5000);
    expect((await ready.stop()).answers.get('200')).toBeGreaterThan(0);
    expectCleanLog(stage);
    waits.sort((a, b) => a - b);
    figures('F15', {
      sockets: count('F15.sockets'),
      'median connect, ms': Math.round(waits[waits.length >> 1] ?? 0),
      'p99 connect, ms': Math.round(waits[Math.floor(waits.length * 0.99)] ?? 0),
      'longest live check, ms': longestMs,
      'longest ready check, ms': Math.round(ready.longestMs),
      'ready checks': JSON.stringify(Object.fromEntries(ready.answers)),
      'memory at most, MB over its start': residentMemory(stage.server.pid, 'peak') - before,
    });
  },
  20 * MINUTE_MS,
);
