// The load: a process of its own, told over IPC what to do with the connections that it holds.
import { churn } from './churn.js';
import type { Client } from './client.js';
import { connectAll, disconnectAll } from './connections.js';
import { durable } from './durable.js';
import { fanOut } from './fan-out.js';
import { lone } from './lone.js';
import { matches } from './matches.js';
import { offered } from './offered.js';
import { relay } from './relay.js';
import { requests } from './requests.js';
import { resume } from './resume.js';
import { seen } from './seen.js';
import { signals } from './signals.js';
import type { TaskAnswer, TaskRequest, Tasks } from './tasks.js';

let clients: Client[] = [];

const tasks: Tasks = {
  connect: async (input) => {
    const { opened, outcome } = await connectAll(input);
    clients = clients.concat(opened);
    return outcome;
  },
  disconnect: async () => {
    const closing = clients;
    clients = [];
    await disconnectAll(closing);
    return closing.length;
  },
  held: () => Promise.resolve(clients.filter(({ socket }) => socket.isOpen).length),
  fanOut: (input) => fanOut(clients, input),
  offered: (input) => offered(clients, input),
  durable: (input) => durable(clients, input),
  lone: (input) => lone(clients, input),
  seen: (input) => seen(clients, input),
  relay: (input) => relay(clients, input),
  signals: (input) => signals(clients, input),
  matches: (input) => matches(clients, input),
  churn: ({ seated, ...input }) => churn(clients.slice(0, seated), input),
  resume,
  requests,
};

process.on('message', ({ id, task, input }: TaskRequest) => {
  const run = tasks[task] as (input: unknown) => Promise<unknown>;
  const answer = (outcome: Omit<TaskAnswer, 'id'>) => process.send?.({ id, ...outcome } satisfies TaskAnswer);
  run(input).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
