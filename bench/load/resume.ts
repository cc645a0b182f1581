import { latencies } from '../harness/statistics.js';
import { Client } from './client.js';
import type { ClientOptions } from './client.js';
import { disconnectAll } from './connections.js';
import type { Member } from './dialects.js';
import { DIALECTS } from './dialects.js';
import { FrameSocket } from './frame-socket.js';
import type { ResumeInput, ResumeResult } from './tasks.js';

/** Comes back again and again after having missed so many changes: from the upgrade to `resumed`. */
export async function resume({ members, missed, times, ...options }: ResumeInput): Promise<ResumeResult> {
  const samples: number[] = [];
  let wrong = 0;
  for (let n = 0; n < times; n++) {
    const member = members[n % members.length];
    if (!member) break;
    const { last_seq, epoch } = await position(member, options);
    const began = performance.now();
    if (!(await isWhole(member, { ...options, query: `since=${last_seq - missed}&epoch=${epoch}` }, missed))) wrong++;
    samples.push(performance.now() - began);
  }
  return { latency: latencies(samples), wrong };
}

async function position(member: Member, options: ClientOptions): Promise<{ last_seq: number; epoch: string }> {
  const client = await Client.open(member, options);
  await disconnectAll([client]);
  return client.hello as { last_seq: number; epoch: string };
}

async function isWhole(member: Member, { port, query = '' }: ClientOptions, missed: number): Promise<boolean> {
  const dialect = DIALECTS.parley;
  const numbers: number[] = [];
  const { promise, resolve } = withResolvers<boolean>();
  const socket = await FrameSocket.open({ port, ...dialect.target(member, query) }, (opening) => {
    opening.onClose = () => {
      resolve(false);
    };
    opening.onFrame = (bytes, start, end) => {
      const event = dialect.read(bytes.toString('utf8', start, end));
      if (event['type'] === 'message') numbers.push(Number(event['rev']));
      else if (event['type'] === 'resumed') resolve(event['complete'] === true);
    };
  });
  const complete = await promise;
  socket.destroy();
  return (
    complete && numbers.length === missed && numbers.every((rev, n) => n === 0 || rev === (numbers[n - 1] ?? 0) + 1)
  );
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((resolved) => (resolve = resolved));
  return { promise, resolve };
}
